# Signing in, second factor, devices, showing again that it is oneself
login-ended-signed-out = This device was signed out. Please sign in again.
login-ended-limit = You signed in on another device; that was one too many, so this one was signed out. Please sign in again.
login-ended-idle = You were signed out after a long time without use. Please sign in again.
login-ended-expired = Your session has ended. Please sign in again.
login-ended-roles = Your seats have changed. Please sign in again to work with the new ones.
login-ended-secret = Your password or second factor was changed. Please sign in again.
login-ended-account = This account cannot be used now. Ask the administrator of your organisation.
login-too-late = The time to type the code is over. Please type login name and password again.

code-title = Type the code
code-label = Code
code-hint = Open the authenticator app on your telephone and type its six digits, or type a recovery code.
code-wrong = The code is wrong or was used already. Wait for the next one and try again.
code-again = Another account
code-lost = No telephone at hand and no recovery code? The security administrator can reset it after making sure it is you.

confirm-title = Please show again that it is you
confirm-intro = What comes next is grave, and some minutes have passed since you last showed that it is you.
confirm-kept = What you typed is kept; you go on with it afterwards.
confirm-do = Confirm
confirm-leave = Leave it, back to the desk
confirm-elsewhere = Your account comes in through single sign-on. Please sign in once more, then come back to this.
confirm-sign-in = Sign in again
error-title-confirm = Please show again that it is you
error-do-confirm = This needs a fresh proof that it is you. Reload the page and try again.

go-on-title = Confirmed
go-on-intro = What you typed is still here. Press the button to go on.
go-on-do = Go on

second-title = Second factor
second-intro = When you sign in, you also type six digits from an authenticator app on your telephone. Somebody who knows your password still cannot get in.
second-needed = Your role must have a second factor.
second-begin = Set it up
second-step-app = Install an authenticator app on your telephone; any that makes standard one-time codes will do.
second-step-scan = Scan this with the app:
second-qr = QR code for the authenticator app
second-secret = If you cannot scan, type this key:
second-step-code = Type the six digits the app shows
second-do = Confirm and switch on
second-wrong = These digits are not right. Check that the telephone’s clock is right and type what it shows now.
second-on = The second factor is on since { $day }.
second-left = { $n ->
    [one] One recovery code is left.
   *[other] { $n } recovery codes are left.
}
second-codes-new = Make new recovery codes
second-off-title = Switch it off
second-off-needed = Your role must have a second factor, so it cannot be switched off. With a new telephone, sign in with a recovery code or ask the security administrator to reset it.
second-off-hint = Then the password alone lets you in.
second-off = Switch off the second factor
second-desk = To the desk

recovery-title = Keep these recovery codes safe
recovery-intro = They let you in when the telephone is lost, each once. Write them down or print them and keep them apart from the telephone. They are shown only now.
recovery-for = Account { $login }, { $place }
recovery-done = They are safe, to the desk

desk-account-news = Something happened to your account.
desk-account-news-do = Have a look
desk-me-sign-in = How I sign in
desk-me-second = Second factor
desk-me-second-on = on
desk-me-second-off = No second factor
desk-me-second-left = since { $day }, recovery codes left: { $n }
desk-me-news = What happened to my account
desk-me-news-none = Nothing yet. Changed passwords, new telephones and devices in other places will stand here.
desk-me-news-hint = If something was not you: change your password now, sign out the other devices, and tell the security administrator.
desk-me-news-seen = I have seen it; I know about all of it
desk-me-news-by = { $what } ({ $who })
desk-session-from = Network
desk-session-others = Sign out all other devices
desk-session-done-revoked = That device is signed out.
desk-session-done-others = All other devices are signed out.
desk-session-elsewhere = later at { $from } with { $device }
desk-session-by-password = password
desk-session-by-password-code = password and code
desk-session-by-oidc = single sign-on
desk-session-by-oidc-code = single sign-on and code
desk-session-by-passkey = passkey

account-news-factor-on = The second factor was switched on
account-news-factor-off = The second factor was switched off
account-news-factor-reset = The second factor was reset
account-news-recovery-codes = New recovery codes were made
account-news-recovery-used = A recovery code was used to sign in
account-news-password-changed = The password was changed
account-news-password-reset = The password was set anew
account-news-login-locked = Too many wrong passwords or codes: signing in was locked for a while
account-news-session-moved = A signed-in device shows up in another network or browser; somebody may have taken the session
account-news-session-limit = Too many devices at once: the one used longest ago was signed out
account-news-session-ended = A device was signed out
account-news-key-issued = A key for a program was made
account-news-link-made = The account was linked to single sign-on
account-news-link-ended = The link to single sign-on was ended
account-news-passkey-added = A passkey was added
account-news-passkey-removed = A passkey was removed

desk-nav-sign-in = Sign-in rules
rules-intro = Changes count at once and are written to the log.
rules-done = Saved; the new rules hold from now on.
rules-factor = Who must have a second factor
rules-factor-nobody = Nobody
rules-factor-admins = The three administrators
rules-factor-staff = Everybody but volunteers, building leaders, shops and property managers
rules-factor-as-is = As it is set now
rules-max_sessions = Devices at once
rules-hint-max_sessions = One more signs out the one used longest ago. 0 means no limit; at most 50.
rules-idle_minutes = Minutes without use until signed out
rules-hint-idle_minutes = 5 to 1440.
rules-life_hours = Longest session in hours
rules-hint-life_hours = 1 to 336.
rules-fresh_minutes = Minutes for which a proof of oneself counts
rules-hint-fresh_minutes = 1 to 30. For break-glass, exports of personal data, keys and the like.
rules-out-of-range = Type a whole number within the range

desk-person-second = Reset the second factor
desk-person-second-hint = For a lost telephone. Make sure first, in person or by telephone, that it is really them. All devices are signed out and the person is told.
desk-person-sign-out = Sign out all devices
desk-person-done-second = The second factor is reset; all devices are signed out.
desk-person-done-all = All devices are signed out.
error-people-not-fresh = Please show first that it is you.
error-people-factor-state = The second factor is not as it was. Please reload the page.
error-people-factor-needed = Your role must have a second factor; it cannot be switched off.
error-people-wrong-code = The code is wrong.
