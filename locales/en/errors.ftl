# When something goes wrong
error-call = You can also call the duty desk:
error-home = Back to the first page
error-request = You can name this on the telephone: { $id }
error-who = Who can help: { $who }
error-title-bad-request = We did not understand this step
error-do-bad-request = Please go back one page and try again. Nothing was sent.
error-title-sign-in = Please sign in first
error-do-sign-in = You will come back to where you were.
error-title-forbidden = You cannot do this now
error-do-forbidden = Your post does not include this. Nothing was changed.
error-title-not-found = There is no such page
error-do-not-found = The address or the code may be mistyped.
error-title-conflict = Somebody changed this a moment ago
error-do-conflict = Your change was not saved. Look at both versions, then decide.
error-conflict-yours = You wanted
error-conflict-theirs = It is now
error-conflict-again = See the latest version
error-title-too-large = This is too large
error-do-too-large = It was not saved. Please go back one page and write less, or choose a smaller photo.
error-too-large-limit = At most { $n } MB at once.
error-title-too-many = Too many tries, please wait
error-do-too-many = We limit tries so that nobody can guess.
error-too-many-wait = { $n ->
    [one] Please try again in one minute. If it is urgent, call.
   *[other] Please try again in { $n } minutes. If it is urgent, call.
}
error-title-unavailable = The system is busy right now
error-do-unavailable = This step was not saved. Please try again in a minute. Everything already received is safe. If it is urgent, call.
error-title-internal = Something went wrong on our side
error-do-internal = This step was not saved. It has been noted for the technicians. Please try again, or call.
error-why-bad-form = The form did not arrive complete.
error-why-bad-query = The conditions in the address make no sense.
error-why-foreign = This form was sent from another site and was not taken.
rule-not-allowed = Only those responsible for this matter or place can do it.
error-title-refused = This cannot be done now
error-do-refused = Nothing was changed. The reason:
refused-meanwhile = Things changed a moment ago, so this cannot be done now. Please look at the latest progress.
