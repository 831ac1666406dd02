"""Signing in to the panel."""

from domain.access.actions import (
    issue_code,
    note_failure,
    set_password,
    sign_in,
    sign_in_with_password,
    sign_out,
)
from domain.access.models import PanelSession, SignInAttempt, SignInCode
from domain.access.queries import password_hash, session_actor
from domain.access.rules import CodeWrong, PasswordWrong, TooManyAttempts, password_fits

__all__ = [
    "CodeWrong",
    "PanelSession",
    "PasswordWrong",
    "SignInAttempt",
    "SignInCode",
    "TooManyAttempts",
    "issue_code",
    "note_failure",
    "password_fits",
    "password_hash",
    "session_actor",
    "set_password",
    "sign_in",
    "sign_in_with_password",
    "sign_out",
]
