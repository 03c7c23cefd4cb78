"""Sentences about events and what follows from them. Pure: facts in, Thai and English out."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from hub.replay.words import (
    FIELDS,
    FINDINGS,
    KINDS,
    NEED_NAMES,
    SOURCES,
    STANDINGS,
    STEPS,
    VERDICTS,
    Text,
    baht_text,
    day_text,
    name_in,
    need_text,
)

RECORD_VERBS: Mapping[str, Text] = {
    "record_received": Text("ส่งข้อมูลครัวเรือน", "gave a record"),
    "record_changed": Text("แก้ไขข้อมูลครัวเรือน", "changed its record"),
    "record_returned": Text("ส่งข้อมูลครัวเรือนที่เคยถอนกลับมาอีก", "gave again the record that was withdrawn"),
    "record_withdrawn": Text("ถอนข้อมูลครัวเรือน", "withdrew its record"),
}
HELP_VERBS: Mapping[str, Text] = {
    "assistance_recorded": Text("ให้", "gave"),
    "assistance_corrected": Text("แก้ไขข้อมูลการให้", "corrected what it gave:"),
    "assistance_voided": Text("ยกเลิกรายการช่วยเหลือ", "took back an action"),
}
OTHER_EVENTS: Mapping[str, Text] = {
    "batch.received.v1": Text("ส่งไฟล์ข้อมูล", "delivered a file"),
    "agency.registered.v1": Text("ขึ้นทะเบียนหน่วยงาน", "registered an agency"),
    "programme.registered.v1": Text("ขึ้นทะเบียนโครงการ", "registered a programme"),
    "boundaries.loaded.v1": Text("นำเข้าแนวเขตพื้นที่", "loaded boundaries"),
    "rules.published.v1": Text("ประกาศใช้หลักเกณฑ์", "published rules"),
    "link.decided.v1": Text("ตัดสินการเชื่อมโยงข้อมูล", "decided about links"),
    "link.decision_revoked.v1": Text("ถอนการตัดสินการเชื่อมโยง", "took back a decision about links"),
    "linkmodel.published.v1": Text("เผยแพร่แบบจำลองการเชื่อมโยง", "published a linking model"),
    "linkmodel.activated.v1": Text("เริ่มใช้แบบจำลองการเชื่อมโยง", "put a linking model into force"),
    "subject.erased.v1": Text("ลบข้อมูลส่วนบุคคลตามคำขอ", "erased personal data on request"),
}


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field whose value changed."""

    field: str
    before: object
    after: object
    source: str | None = None


def list_names(names: Sequence[str]) -> Text:
    """Names in a row, nothing where there are none."""
    shown = ", ".join(name for name in names if name)
    return Text(f": {shown}" if shown else "", f": {shown}" if shown else "")


def record_said(kind: str, source: str, period: str, members: int) -> Text:
    """A source gave a record, changed it, took it back, or gave it again."""
    who, verb = name_in(SOURCES, source), RECORD_VERBS[kind]
    if kind == "record_withdrawn":
        return Text(f"{who.th} {verb.th} รอบ {period}", f"{who.en} {verb.en} for {period}")
    return Text(
        f"{who.th} {verb.th} รอบ {period} สมาชิก {members} คน",
        f"{who.en} {verb.en} for {period} with {members} members",
    )


def members_said(*, came: bool, source: str, count: int, names: Sequence[str]) -> Text:
    """People whom a source now lists, or no longer."""
    who, listed = name_in(SOURCES, source), list_names(names)
    if came:
        return Text(
            f"{who.th} มีสมาชิกเพิ่ม {count} คน{listed.th}", f"{who.en} lists {count} more people{listed.en}"
        )
    return Text(
        f"{who.th} ไม่มีชื่อสมาชิก {count} คนแล้ว{listed.th}", f"{who.en} no longer lists {count} people{listed.en}"
    )


def link_said(*, formed: bool, source: str, rule: str | None, score: int | None) -> Text:
    """The hub put a record with the household, or took it away."""
    who = name_in(SOURCES, source)
    why = "" if rule is None else f" (กฎ {rule} คะแนน {score})"
    why_en = "" if rule is None else f" (rule {rule}, score {score})"
    if formed:
        return Text(
            f"ระบบเชื่อมข้อมูลจาก {who.th} ว่าเป็นครัวเรือนเดียวกัน{why}",
            f"the hub found that a record of {who.en} is this household{why_en}",
        )
    return Text(
        f"ระบบแยกข้อมูลจาก {who.th} ออกจากครัวเรือนนี้{why}",
        f"the hub found that a record of {who.en} is not this household{why_en}",
    )


def needs_said(changes: Sequence[Change]) -> Text:
    """What is known of the household's needs from here on."""
    parts = [
        (
            name_in(NEED_NAMES, one.field),
            need_text(one.before),
            need_text(one.after),
            name_in(SOURCES, one.source or ""),
        )
        for one in changes
    ]
    thai = ", ".join(
        f"{need.th}: {before.th} → {after.th}" + (f" ({source.th})" if source.th else "")
        for need, before, after, source in parts
    )
    english = ", ".join(
        f"{need.en}: {before.en} → {after.en}" + (f" ({source.en})" if source.en else "")
        for need, before, after, source in parts
    )
    return Text(f"ความเดือดร้อนเปลี่ยน {thai}", f"needs changed: {english}")


def level_said(before: object, after: object) -> Text:
    """The level on the scale of PPPConnext."""
    was, now = ("–" if value is None else value for value in (before, after))
    return Text(f"ระดับ PPPConnext {was} → {now}", f"PPPConnext level {was} → {now}")


def standing_said(standing: str) -> Text:
    """Whether the household counts as poor."""
    words = name_in(STANDINGS, standing)
    return Text(f"ครัวเรือน{words.th}", f"the household {words.en}")


def help_said(
    kind: str,
    giver: str,
    reporter: str | None,
    what: str | None,
    satang: int | None,
    changes: Sequence[Change] = (),
) -> Text:
    """An action recorded, corrected (with what changed) or voided."""
    verb = HELP_VERBS[kind]
    words = Text("", "") if what is None else name_in(KINDS, what)
    worth = baht_text(satang)
    told_th = "" if reporter is None or reporter == giver else f" (รายงานโดย {reporter})"
    told_en = "" if reporter is None or reporter == giver else f" (reported by {reporter})"
    thai, english = (
        f"{giver} {verb.th}{words.th}{worth.th}",
        f"{giver} {verb.en} {words.en}{worth.en}".rstrip(),
    )
    if changes:
        thai += " แก้" + ", ".join(
            f"{name_in(FIELDS, c.field).th} {_plain(c.before)} → {_plain(c.after)}" for c in changes
        )
        english += "; " + ", ".join(
            f"{name_in(FIELDS, c.field).en} {_plain(c.before)} → {_plain(c.after)}" for c in changes
        )
    return Text(thai + told_th, english + told_en)


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, dt.datetime):
        return day_text(value).en[:10]
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def finding_said(class_: str, need: str, *, ended: bool) -> Text:
    """Something to look at began, or is over."""
    what, about = name_in(FINDINGS, class_), name_in(NEED_NAMES, need)
    if ended:
        return Text(f"สิ้นสุดข้อสังเกต: {what.th} ({about.th})", f"no longer: {what.en} ({about.en})")
    return Text(f"ข้อสังเกต: {what.th} ({about.th})", f"to look at: {what.en} ({about.en})")


def decision_said(class_: str, verdict: str, actor: str | None) -> Text:
    """A person decided about a finding."""
    what, how = name_in(FINDINGS, class_), name_in(VERDICTS, verdict)
    who_th, who_en = actor or "เจ้าหน้าที่", actor or "an officer"
    return Text(
        f"{who_th} พิจารณาข้อสังเกต “{what.th}” ว่า {how.th}", f"{who_en} decided on “{what.en}”: {how.en}"
    )


def referral_said(step: str, sender: str, receiver: str, need: str, due_at: dt.datetime | None) -> Text:
    """A step of a referral."""
    words, about = name_in(STEPS, step), name_in(NEED_NAMES, need)
    by, to = (sender, receiver) if step in ("sent", "cancelled") else (receiver, sender)
    due = (
        Text("", "")
        if due_at is None or step != "sent"
        else Text(f" ภายใน {day_text(due_at).th}", f" by {day_text(due_at).en}")
    )
    return Text(
        f"{by} {words.th} ({about.th}) กับ {to}{due.th}", f"{by}: {words.en} ({about.en}), with {to}{due.en}"
    )


def erased_said() -> Text:
    """Personal data is gone."""
    words = OTHER_EVENTS["subject.erased.v1"]
    return Text(words.th, "personal data was erased on request")


def other_said(type_: str, source: str) -> Text:
    """An event that speaks of no household."""
    who, words = name_in(SOURCES, source), name_in(OTHER_EVENTS, type_)
    return Text(f"{who.th} {words.th}", f"{who.en} {words.en}")
