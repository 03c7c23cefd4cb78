"""The demo province: synthetic files as a province would hand them over, with the truth beside them.

Shares no code with normalisation, linkage or findings; nothing here may import contracts, projections or geo
(the area list `contracts/data/areas_th32.csv` is read as data).
"""
