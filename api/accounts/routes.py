"""The paths of accounts, keys and sessions."""

from typing import Final

from msgspec import Struct

from api import schemas
from api.accounts import account, registration, second_factor
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, NOT_FOUND, Access, Answers, Endpoint, Method, Route

CONFLICT: Final[Answers] = {409: (schemas.FeltechError,)}
DONE: Final[Answers] = {200: (schemas.Done,)}


def _route(
    method: Method,
    path: str,
    endpoint: Endpoint,
    summary: str,
    answers: Answers,
    *,
    access: Access,
    request: type[Struct] | None = None,
) -> Route:
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        envelope=feltech_error,
        summary=summary,
        answers={**FELTECH_ERRORS, **answers},
        tag="accounts",
        access=access,
        request=request,
    )


ACCOUNTS: Final = (
    _route(
        "POST",
        "/api/v1/auth/register",
        registration.register,
        "Register: an account, its first key and a session",
        {201: (schemas.NewAccount,), **CONFLICT},
        access="anyone",
        request=schemas.Registration,
    ),
    _route(
        "POST",
        "/api/v1/auth/login",
        registration.login,
        "Log in",
        {200: (schemas.NewSession,)},
        access="anyone",
        request=schemas.Login,
    ),
    _route(
        "POST",
        "/api/v1/auth/logout",
        registration.logout,
        "Log out",
        DONE,
        access="session",
    ),
    _route(
        "POST",
        "/api/v1/auth/password",
        registration.change_password,
        "Set a new password; every session ends",
        DONE,
        access="session",
        request=schemas.PasswordChange,
    ),
    _route(
        "POST",
        "/api/v1/auth/reset",
        registration.reset,
        "Ask for a mail with which a new password can be set",
        {202: (schemas.Done,)},
        access="anyone",
        request=schemas.ResetRequest,
    ),
    _route(
        "POST",
        "/api/v1/auth/reset/confirm",
        registration.confirm_reset,
        "Set a new password with the token of that mail",
        {**DONE, **NOT_FOUND},
        access="anyone",
        request=schemas.ResetConfirmation,
    ),
    _route(
        "POST",
        "/api/v1/auth/second-factor",
        second_factor.enrol,
        "Begin with a second factor, or with another",
        {200: (schemas.NewSecondFactor,)},
        access="session",
        request=schemas.Proof,
    ),
    _route(
        "POST",
        "/api/v1/auth/second-factor/confirm",
        second_factor.confirm,
        "Confirm a second factor by its first code; every session ends",
        {200: (schemas.RecoveryCodes,)},
        access="session",
        request=schemas.CodeConfirmation,
    ),
    _route(
        "POST",
        "/api/v1/auth/second-factor/codes",
        second_factor.renew_codes,
        "Replace the recovery codes",
        {200: (schemas.RecoveryCodes,), **NOT_FOUND},
        access="session",
        request=schemas.Proof,
    ),
    _route(
        "POST",
        "/api/v1/auth/second-factor/remove",
        second_factor.remove,
        "Give up the second factor; every session ends",
        {**DONE, **NOT_FOUND},
        access="session",
        request=schemas.Proof,
    ),
    _route(
        "GET",
        "/api/v1/account",
        account.account,
        "The account itself",
        {200: (schemas.AccountShown,)},
        access="account",
    ),
    _route(
        "PUT",
        "/api/v1/account",
        account.change_account,
        "Change the default sender, the quiet hours, and when few credits are told",
        {200: (schemas.AccountShown,)},
        access="account",
        request=schemas.AccountChange,
    ),
    _route(
        "GET",
        "/api/v1/keys",
        account.keys,
        "The account's working API keys",
        {200: (schemas.ApiKeys,)},
        access="account",
    ),
    _route(
        "POST",
        "/api/v1/keys",
        account.issue_key,
        "Make an API key",
        {201: (schemas.NewApiKey,), **CONFLICT},
        access="account",
        request=schemas.KeyRequest,
    ),
    _route(
        "POST",
        "/api/v1/keys/{key_id}/regenerate",
        account.regenerate_key,
        "Replace an API key: the new one works and the old one ends at once",
        {201: (schemas.NewApiKey,), **CONFLICT, **NOT_FOUND},
        access="account",
    ),
    _route(
        "DELETE",
        "/api/v1/keys/{key_id}",
        account.end_key,
        "End an API key",
        {**DONE, **NOT_FOUND},
        access="account",
    ),
)
