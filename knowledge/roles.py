"""Who reports, as groups that a person can say to belong to."""

from enum import StrEnum


class Role(StrEnum):
    """The `who` of duties.yaml, in the order in which a person is asked."""

    FIRM = "firm"
    INFRASTRUCTURE = "infrastructure"
    COMMUNE = "commune"
    DISTRICT = "district"
    DEPARTMENT = "department"
    PROVINCE = "province"
    MANAGEMENT = "management"
