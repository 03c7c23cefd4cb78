"""Whether two projection versions hold the same rows."""

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from projections.output import COLUMNS

DIGESTS = """
SELECT count(*) FROM (
    (SELECT md5(fact::text) FROM {before} AS fact EXCEPT ALL SELECT md5(fact::text) FROM {after} AS fact)
    UNION ALL
    (SELECT md5(fact::text) FROM {after} AS fact EXCEPT ALL SELECT md5(fact::text) FROM {before} AS fact)
) AS alone
"""


async def count_differences(connection: AsyncConnection[TupleRow], before: str, after: str) -> int:
    """Rows, over all tables, that only one of the two schemas has. A row that differs counts in each."""
    different = 0
    for table in COLUMNS:
        statement = sql.SQL(DIGESTS).format(
            before=sql.Identifier(before, table), after=sql.Identifier(after, table)
        )
        row = await (await connection.execute(statement)).fetchone()
        different += row[0] if row else 0
    return different
