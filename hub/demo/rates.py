"""How often each defect is put into the demo files; every one placed is labelled in the truth files."""

# Persons
NO_CITIZEN_ID = 0.02
# Names, per person and source
FIRST_NAME_SPELLING = 0.05
LAST_NAME_SPELLING = 0.06
TITLE_WRONG = 0.02
STALE_MARRIAGE = 0.30
OTHER_HEAD = 0.03
# Citizen ids, per person and source
ID_MISSING = 0.03
ID_WRONG_CHECK = 0.008
ID_TRANSPOSED = 0.008
ID_EXCEL_SCIENTIFIC = 0.004
ID_EXCEL_POINT_ZERO = 0.010
ID_BORROWED = 0.003
# Births, per person and source
BIRTH_MISSING = 0.02
BIRTH_YEAR_ONLY = 0.025
BIRTH_YEAR_ONLY_OLD = 0.08
BIRTH_SWAPPED = 0.008
BIRTH_THAI_DIGITS = 0.03
BIRTH_SHORT_YEAR = 0.03
# Houses, per record
HOUSE_CODE_SHORT = 0.02
HOUSE_CODE_MISSING = 0.015
HOUSE_ID_MISSING = 0.02  # TPMAP, one-person households only
FORM_CODE_MISSING = 0.02
MOO_MISSING = 0.03
AREA_ALIAS = 0.04
WRONG_POSTCODE = 0.03
COORDINATES_MISSING = {"pppconnext": 0.06, "mso_logbook": 0.30}
COORDINATES_SWAPPED = 0.010
COORDINATES_UTM = 0.020
OUTSIDE_TAMBON = 0.02
# Households
TWO_FAMILIES = 0.015  # of the houses
SPLITS = 0.012
MOVES = 0.03
MARRIES = 0.025
BIRTHS = 0.05
# What a source says of a need, per household, source and dimension
NEED_MISSED = 0.06
NEED_INVENTED = 0.03
NEED_UNKNOWN = 0.07
# Deliveries
RESURVEY = 0.070
REDELIVERY_CHANGED = 0.015
REDELIVERY_GONE = 0.010
REDELIVERY_LATE = 0.005
BROKEN = 0.002  # of the re-surveys only, so that no household is lost to it
# Assistance
ACTION_BROKEN = 0.0002
ACTION_REPORTED_LATE = 0.02
RECIPIENT_UNKNOWN = 0.012  # households in no database, as a share of all
