"""SMS as octets: SMS-SUBMIT out, SMS-DELIVER and SMS-STATUS-REPORT in (3GPP 23.040)."""

from domain.tpdu.decode import (
    AddressType,
    Concat,
    Deliver,
    StatusClass,
    StatusReport,
    Submit,
    decode_deliver,
    decode_status_report,
    decode_submit,
    status_class,
)
from domain.tpdu.encode import (
    LONGEST_VALIDITY_MINUTES,
    encode_deliver,
    encode_segment,
    encode_submit,
    validity_in_minutes,
)
from domain.tpdu.fields import TpduError

__all__ = [
    "LONGEST_VALIDITY_MINUTES",
    "AddressType",
    "Concat",
    "Deliver",
    "StatusClass",
    "StatusReport",
    "Submit",
    "TpduError",
    "decode_deliver",
    "decode_status_report",
    "decode_submit",
    "encode_deliver",
    "encode_segment",
    "encode_submit",
    "status_class",
    "validity_in_minutes",
]
