"""What can be wrong with a whole file, in English and Thai, each with a code."""

from contracts.errors import InvalidInput, TooLarge

LIMIT_BYTES = 1 << 30
LIMIT_RATIO = 200
LIMIT_ROWS = 2_000_000


def file_empty() -> InvalidInput:
    return InvalidInput("The file has no rows.", message_th="ไฟล์ไม่มีข้อมูล", code="FILE_EMPTY", path="file")


def encoding_unknown(offset: int) -> InvalidInput:
    return InvalidInput(
        f"The file is neither UTF-8 nor Thai Windows text (CP874); byte {offset} fits neither. Save it as "
        "'CSV UTF-8' in Excel.",
        message_th=f"ไฟล์ไม่ใช่ UTF-8 หรือ TIS-620 (ไบต์ที่ {offset}) กรุณาบันทึกเป็น CSV UTF-8 จาก Excel",
        code="ENCODING_UNKNOWN",
        path="file",
    )


def columns_missing(names: tuple[str, ...]) -> InvalidInput:
    listed = ", ".join(names)
    return InvalidInput(
        f"The file lacks the columns: {listed}.",
        message_th=f"ไฟล์ไม่มีคอลัมน์: {listed}",
        code="COLUMNS_MISSING",
        path="file",
    )


def broken_json(offset: int, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The JSON breaks at byte {offset}: {reason}.",
        message_th=f"JSON ไม่ถูกต้องที่ไบต์ {offset}",
        code="BROKEN_JSON",
        path="file",
    )


def unreadable(format_: str) -> InvalidInput:
    return InvalidInput(
        f"The file cannot be read as {format_.upper()}.",
        message_th=f"อ่านไฟล์เป็น {format_.upper()} ไม่ได้",
        code="FILE_UNREADABLE",
        path="file",
    )


def too_large(size: int) -> TooLarge:
    return TooLarge(
        f"{size:,} bytes are more than the limit of {LIMIT_BYTES:,}; send the file in parts.",
        message_th=f"ข้อมูลใหญ่เกินกำหนด ({LIMIT_BYTES:,} ไบต์) กรุณาแบ่งไฟล์",
        code="TOO_LARGE",
        path="file",
    )


def swells() -> TooLarge:
    return TooLarge(
        f"The packed file unpacks to more than {LIMIT_RATIO} times its size; send it unpacked.",
        message_th=f"ไฟล์บีบอัดขยายเกิน {LIMIT_RATIO} เท่า กรุณาส่งไฟล์ที่ไม่บีบอัด",
        code="TOO_LARGE",
        path="file",
    )


def too_many_rows() -> TooLarge:
    return TooLarge(
        f"The file has more than {LIMIT_ROWS:,} rows; send it in parts.",
        message_th=f"ไฟล์มีเกิน {LIMIT_ROWS:,} แถว กรุณาแบ่งไฟล์",
        code="TOO_MANY_ROWS",
        path="file",
    )
