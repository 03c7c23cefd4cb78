/** The words of the review page. Thai is the source language; English has to say the same. */

import type { Lang } from "../calendar.ts";
import type { Verdict } from "./shapes.ts";

export interface ReviewWords {
  title: string;
  help: string;
  otherLanguage: string;
  back: string;
  needKey: string;
  ownKey: string;
  use: string;
  tryAs: string;
  leave: string;
  queue: string;
  empty: string;
  more: string;
  loading: string;
  retry: string;
  choose: string;
  kind: Record<"undecided" | "field_check" | "second", string>;
  source: Record<string, string>;
  atStake: string;
  unserved: string;
  persons: string;
  baht: string;
  taken: string;
  mine: string;
  verdict: Record<Verdict, string>;
  personVerdict: Record<Verdict, string>;
  level: Record<"household" | "person", string>;
  reason: string;
  next: string;
  undo: string;
  done: string;
  house: string;
  moo: string;
  tambon: string;
  field: string;
  says: string;
  bits: string;
  people: string;
  onlyHere: string;
  erased: string;
  why: string;
  wouldChange: string;
  nothingChanges: string;
  households: string;
  people2: string;
  finding: Record<string, string>;
  blind: string;
  earlier: string;
  agreement: (rate: string, answered: string, share: string) => string;
  keys: string;
  period: string;
}

const TH: ReviewWords = {
  title: "ตรวจการเชื่อมโยงระเบียน",
  help: "ระบบไม่แน่ใจว่าคู่เหล่านี้เป็นครัวเรือนหรือคนเดียวกันหรือไม่ ตัดสินได้ทุกเมื่อ และถอนคืนได้เสมอ ไม่มีข้อมูลใดถูกลบ",
  otherLanguage: "English",
  back: "หน้าภาพรวม",
  needKey: "หน้านี้สำหรับผู้ดูแลข้อมูล",
  ownKey: "กุญแจของท่าน",
  use: "ใช้กุญแจนี้",
  tryAs: "ทดลองเป็นผู้ดูแลข้อมูล",
  leave: "เลิกใช้กุญแจ",
  queue: "รอตัดสิน",
  empty: "ไม่มีรายการรอตัดสิน",
  more: "แสดงเพิ่ม",
  loading: "กำลังโหลดข้อมูล…",
  retry: "ลองใหม่",
  choose: "เลือกรายการเพื่อเทียบระเบียน",
  kind: { undecided: "ไม่แน่ใจ", field_check: "รอลงพื้นที่", second: "ตรวจซ้ำ" },
  source: { tpmap: "TPMAP", pppconnext: "PPPConnext", thaiqm: "Thai QM", mso_logbook: "MSO-Logbook" },
  atStake: "เงินที่อาจซ้ำ",
  unserved: "ความต้องการที่ยังไม่ได้รับ",
  persons: "คน",
  baht: "บาท",
  taken: "มีผู้ตรวจอยู่",
  mine: "ท่านกำลังตรวจ",
  verdict: {
    same: "ครัวเรือนเดียวกัน",
    different: "คนละครัวเรือน",
    same_house_different_family: "บ้านเดียวกัน คนละครอบครัว",
    needs_field_check: "ต้องลงพื้นที่",
  },
  personVerdict: {
    same: "คนเดียวกัน",
    different: "คนละคน",
    same_house_different_family: "บ้านเดียวกัน คนละครอบครัว",
    needs_field_check: "ต้องลงพื้นที่",
  },
  level: { household: "ครัวเรือน", person: "บุคคล" },
  reason: "เหตุผล (ถ้ามี)",
  next: "ถัดไป",
  undo: "ถอนการตัดสินล่าสุด",
  done: "บันทึกแล้ว",
  house: "บ้าน",
  moo: "ม.",
  tambon: "ตำบล",
  field: "ข้อมูล",
  says: "ผลเทียบ",
  bits: "น้ำหนัก",
  people: "สมาชิก",
  onlyHere: "มีเฉพาะระเบียนนี้",
  erased: "ลบแล้ว",
  why: "เพราะอะไร",
  wouldChange: "ถ้าตัดสิน",
  nothingChanges: "ทุกอย่างคงเดิม",
  households: "ครัวเรือน",
  people2: "บุคคล",
  finding: {
    D0: "รายงานซ้ำ",
    D1: "ช่วยซ้ำซ้อน",
    D2: "ช่วยซ้ำเร็วเกินไป",
    unserved: "ยังไม่ได้รับ",
    mistargeted: "ไม่ตรงจุด",
  },
  blind: "การตรวจซ้ำ: ไม่แสดงคะแนนและผลเดิม เพื่อให้ตัดสินโดยอิสระ",
  earlier: "การตัดสินก่อนหน้า",
  agreement: (rate, answered, share) => `ผู้ตรวจสองคนเห็นตรงกัน ${rate} (${answered} รายการ สุ่มตรวจซ้ำ ${share}%)`,
  keys: "แป้นลัด: 1–4 ตัดสิน · N ถัดไป · U ถอน",
  period: "รอบ",
};

const EN: ReviewWords = {
  title: "Review of links",
  help: "The hub is not sure whether these pairs are one household, or one person. Decide at any time, take it back at any time; nothing is ever deleted.",
  otherLanguage: "ไทย",
  back: "Overview",
  needKey: "This page is for data stewards.",
  ownKey: "Your key",
  use: "Use this key",
  tryAs: "Try as a data steward",
  leave: "Put the key away",
  queue: "To be decided",
  empty: "Nothing waits for a decision.",
  more: "Show more",
  loading: "Loading…",
  retry: "Try again",
  choose: "Choose an entry to compare its records.",
  kind: { undecided: "In doubt", field_check: "Field check", second: "Second look" },
  source: { tpmap: "TPMAP", pppconnext: "PPPConnext", thaiqm: "Thai QM", mso_logbook: "MSO-Logbook" },
  atStake: "Money at stake",
  unserved: "unmet needs",
  persons: "people",
  baht: "baht",
  taken: "taken",
  mine: "yours",
  verdict: {
    same: "One household",
    different: "Different households",
    same_house_different_family: "One house, different families",
    needs_field_check: "Needs a field check",
  },
  personVerdict: {
    same: "One person",
    different: "Different people",
    same_house_different_family: "One house, different families",
    needs_field_check: "Needs a field check",
  },
  level: { household: "Household", person: "Person" },
  reason: "Reason (if any)",
  next: "Next",
  undo: "Take the last decision back",
  done: "Recorded",
  house: "House",
  moo: "moo",
  tambon: "Tambon",
  field: "Field",
  says: "Compared",
  bits: "Weight",
  people: "Members",
  onlyHere: "only in this record",
  erased: "erased",
  why: "Why",
  wouldChange: "If decided",
  nothingChanges: "everything stays",
  households: "households",
  people2: "persons",
  finding: {
    D0: "told twice",
    D1: "helped twice",
    D2: "too soon again",
    unserved: "unserved",
    mistargeted: "mistargeted",
  },
  blind: "Second look: score and first verdict are hidden, so that you decide for yourself.",
  earlier: "Earlier decisions",
  agreement: (rate, answered, share) => `Two stewards agree in ${rate} (${answered} asked; ${share}% are asked again)`,
  keys: "Keys: 1–4 decide · N next · U take back",
  period: "round",
};

export function reviewWords(lang: Lang): ReviewWords {
  return lang === "th" ? TH : EN;
}
