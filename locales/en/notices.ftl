# Notices: one sentence on the page, and the subject of the mail
notice-new = New for you: { $number }
notice-assigned = { $number } was given to you
notice-inherited = You took over the seat: { $number } is yours now
notice-returned = { $number } came back, please give it to somebody else
notice-sent_back = { $number } did not pass the check, please go on
notice-verified = { $number } passed the check, please send the answer
notice-bring_answer = Please bring the answer of { $number } in person or by telephone
notice-word_failed = The mail about { $number } did not reach the raiser: please call them
notice-mail_failed = The mail with the answer of { $number } did not arrive: please bring it in person or by telephone
notice-reopened = { $number } was opened again
notice-facts_added = The raiser added something to { $number }
notice-emergency = Emergency: { $number }
notice-yellow = { $number } is due soon
notice-red = { $number } is due
notice-pause_over = The wait of { $number } is over, please go on
notice-joined = Another matter was joined to { $number }
notice-closed = { $number } is closed
notice-supervisor = { $number } is late, please see to it
notice-next_level = { $number } is still late, please step in
notice-verify = { $number } waits for your check
notice-lost_new = A lost elder: please look at once at { $number }
notice-lost_untaken = Nobody has taken over the lost elder { $number }; please see to it
notice-lost_asked = Do you know who this elder is? { $number }
notice-lost_called = An elder near you needs help; can you come? { $number }
notice-lost_over = It is over for the lost elder, thank you: { $number }
notice-lost_offer = Somebody offers to help: { $number }
notice-lost_next_contact = The last contact was not reached, please call the next one: { $number }
notice-lost_look = Please look after the elder at the post: { $number }
notice-lost_long = The elder has been at the post for long; please ask for a doctor: { $number }
notice-lost_second = A hand-over needs the agreement of a second officer: { $number }
notice-lost_override = An elder was taken home although nobody is there; please ask why: { $number }
notice-lost_conference = Lost for the third time within a year; please call a care conference: { $number }
notice-lost_card = News of a lost elder: the card was scanned or a finder wrote: { $number }
notice-lost_search_found = A search team reports that it has found the elder; please look at once: { $number }
notice-lost_search_seen = A search team saw somebody who may be the elder: { $number }
notice-lost_word = The family or the finder wrote: { $number }
mail-staff-body = { $sentence }

    Due: { $due }
    Open it: { $link }

    Sent by the program. It holds nothing about whoever raised the matter. Please do not reply.
mail-answer-subject = There is an answer to what you raised: { $number }
mail-answer-body = Hello,

    There is an answer to what you raised ({ $number }). Open this page, which is yours alone:
    { $link }

    Please do not pass the address on. If it does not open, call { $phone } and give the number { $number }.
    You can rate the answer, and open the matter again on the same page within 30 days.

    Sent by the program. Please do not reply.
notice-audit_question = Please say why somebody looked: entry { $number }
notice-audit_answered = The reason for looking was given, please review: entry { $number }
notice-audit_report = The audit reported a look: entry { $number }
notice-audit_broken = The log of audit did not verify: { $number }
notice-withhold_asked = Somebody asks to tell of a look later; please decide: { $number }
notice-withhold_decided = The request to tell of a look later was decided: { $number }
mail-copy-subject = There is an answer to what you raised: { $number }
mail-copy-body = Hello,

    There is an answer to what you raised ({ $number }). You will be told in the way you chose; you can read it before on this page, which is yours alone:
    { $link }

    Please do not pass the address on. If it does not open, call { $phone } and give the number { $number }.

    Sent by the program. Please do not reply.

mail-ask-subject = We need something from you: { $number }
mail-ask-body = Hello,

    What you raised ({ $number }) waits for something only you can tell us. What it is, and until when, stands on this page, which is yours alone:
    { $link }

    You can write it there. Please do not pass the address on. If it does not open, call { $phone } and give the number { $number }.

    Sent by the program. Please do not reply.

mail-word-subject = A message about what you raised: { $number }
mail-word-body = Hello,

    Whoever deals with what you raised ({ $number }) has written to you. Open this page, which is yours alone:
    { $link }

    Please do not pass the address on. If it does not open, call { $phone } and give the number { $number }.

    Sent by the program. Please do not reply.

mail-anchor-subject = Anchor of the log { $at }
mail-anchor-body = This is the state of the log at { $at }, { $entries } entries. Please keep it elsewhere and do not delete it:

    { $line }

    To verify, put the lines you kept into a file and run mulin audit verify --anchor FILE.
    This mail was sent by the system and holds nothing personal.
mail-receipt-subject = We have your mail: { $number }
mail-receipt-body = Hello,

    We have received your mail; its number is { $number }. How far it is and when you are answered stands on this page, which is yours alone:
    { $link }

    Please do not pass the address on. In danger call 110, 119 or 120; with questions call { $phone } and name the number { $number }.
    You can add something on the page.

    This mail was sent by the system.
mail-in-empty = (the mail holds no words)
mail-in-about = (an answer about { $number }, which was closed)
mail-in-files = (the mail brought { $n } files that were not taken, only photos are; please ask the raiser if you need them)
notice-webhook_off = A webhook kept failing and was switched off: { $number }
notice-break_glass = Somebody opened an urgent look at records; please look into it: { $number }
notice-break_glass_late = An urgent look at records was not looked into in time: { $number }
notice-demand_asked = A lawful demand waits for your approval: { $number }
notice-demand_tell = A record went out on a lawful demand; please tell the person or a guardian: { $number }
notice-sms_failed = The text message with the answer to { $number } did not arrive; please tell the raiser in person or by telephone
# Text messages: fixed words, as registered with the carrier; the signature is put in front by the configuration
sms-answer = What you raised ({ $number }) has been answered. Read it at { $link } and do not pass the address on. Questions: { $phone }.
# Robots in chat groups: words before each line
robot-emergency = [Emergency]
robot-new = [New]
robot-lost = [Lost elder]
robot-lost-what = please look at once
robot-overdue = [Overdue]
robot-reopened = [Reopened]
robot-more = { $n } more are on the desk.
notice-data_request_new = Somebody asks about their own data, number { $number }; answer within 15 working days
notice-data_request_soon = Data request { $number } is due soon
notice-data_request_due = Data request { $number } is due and not answered
notice-data_request_late = Data request { $number } is a day late and not answered
notice-data_request_second = Data request { $number } needs you as the second person
notice-data_request_answered = The data request { $number } that you took down has an answer; please tell whoever asked
mail-desk-body = { $sentence }

    Open the desk: { $link }
# Notifications on telephones and computers: fixed sentences that show on lock screens, so without name, number or content
push-desk-title = Mulin desk
push-desk-body = There is something new. Please open your desk.
push-urgent-title = Mulin desk: urgent
push-urgent-body = Something needs you at once. Please open your desk now.
push-matter-title = Mulin
push-matter-body = There is news about the matter you raised. Open to read it.
notice-card_scanned = A care card was scanned: { $number }
notice-card_old = A care card that is no longer valid was used: { $number }
notice-card_far = A care card was scanned far from home; please check: { $number }
notice-card_often = A care card was scanned several times within an hour; please look: { $number }
notice-card_reported = Messages about a care card were reported; please look: { $number }
notice-finder_message = A finder wrote through a care card: { $number }
notice-care_changed = A family changed its care plan (card { $number }); what it is now, the record shows in the name of a matter
mail-family-scan-subject = Somebody scanned the care card of your elder
mail-family-scan-body = Somebody just opened the page of the care card. Perhaps they are with your elder, perhaps they only looked.

    Please call your elder first. If you cannot reach them, call the duty desk on { $phone }, day and night.

    What a finder writes, you can read and answer here (with the code on your letter):
    { $link }
mail-family-message-subject = A finder wrote to you
mail-family-message-body = Somebody wrote to you through the care card. Read and answer it here (with the code on your letter):
    { $link }

    They do not see your number and you do not see theirs. Open no addresses in messages and send no money. Duty desk: { $phone }, day and night.
mail-family-plan-subject = The care plan was opened
mail-family-plan-body = Somebody on duty opened the care plan of your elder. Who, when and why, you can see here (with the code on your letter):
    { $link }
mail-family-change-subject = The care plan was changed
mail-family-change-body = Another guardian, or the elder, changed the care plan. Which part and when, you can see here (with the code on your letter):
    { $link }

    Questions: { $phone }.
sms-family-scan = Somebody scanned the care card of your elder. Please call them first; if you cannot reach them, call the duty desk on { $phone }.
sms-family-message = A finder wrote to you through the care card. Read it at { $link } with the code on your letter. Duty desk: { $phone }.
sms-family-plan = Somebody on duty opened the care plan of your elder; who looked, see { $link }. Duty desk: { $phone }.
sms-family-change = Another guardian, or the elder, changed the care plan; which part, see { $link }. Duty desk: { $phone }.
mail-family-worry-subject = A neighbour is worried about your elder
mail-family-worry-body = A neighbour pressed the button “I am worried”. The committee knows and is seeing to it. You can also call your elder first.

    What came of it stands here (open it with the code of your letter):
    { $link }

    The duty desk answers at any hour: { $phone }.
mail-family-worry-over-subject = A neighbour's worry is over
mail-family-worry-over-body = The committee has seen to it. When and how stands here (open it with the code of your letter):
    { $link }
sms-family-worry = A neighbour is worried about your elder, and the committee is seeing to it. You can also call your elder first; what came of it stands at { $link }. Duty desk { $phone }.
sms-family-worry-over = A neighbour's worry about your elder is over; see { $link } with the code of your letter. Duty desk { $phone }.
# Locators: to the family and the post, without a name, without a place and without saying who
notice-worry_new = A neighbour is worried about an elder; please call back and look after them: { $number }
notice-worry_again = Nobody has called back the worried neighbour yet; the time is nearly up: { $number }
notice-worry_late = A neighbour's worry is still open past its time, please look into it: { $number }
notice-worry_over = A neighbour's worry is over: { $number }
notice-extra_ends = Extra care for somebody is nearly over: please see whether it goes on
notice-team_left = An elder does not want a help team any more; you are named for them no longer
notice-volunteer_left = A volunteer has stopped and what they had taken on has gone back: please see who takes it over
notice-locator_sos = An elder pressed the help button; please see to it at once: { $number }
notice-locator_unanswered = Nobody of the family answered an alert of a locator; please see to it: { $number }
notice-locator_untaken = A call for help or an alert is still not dealt with, please look into it: { $number }
notice-locator_over = An alert of a locator is seen to, or over: { $number }
mail-family-locator-sos-subject = Your elder pressed the help button
mail-family-locator-sos-body = Your elder just pressed the help button of the locator. Please call them first, then look in Mulin (with the code on your letter):
    { $link }

    The police post was told, too. If you cannot reach your elder, call the duty desk on { $phone }; in an emergency 110 or 120.
mail-family-locator-alert-subject = The locator has an alert, please look in Mulin
mail-family-locator-alert-body = The locator of your elder has an alert. Please look in Mulin and say "I see to it" or "false alarm" (with the code on your letter):
    { $link }

    If nobody of the family answers, we tell the police post. Duty desk: { $phone }.
mail-family-locator-over-subject = Somebody has seen to the alert of the locator
mail-family-locator-over-body = The police post has seen to an alert of your elder's locator. How, you can read in Mulin (with the code on your letter):
    { $link }

    Questions: { $phone }.
sms-family-locator-sos = Your elder pressed the help button. Please call them first, then look in Mulin: { $link }. Duty desk: { $phone }.
sms-family-locator-alert = The locator has an alert, please look in Mulin: { $link }. Duty desk: { $phone }.
sms-family-locator-over = The police post has seen to an alert of the locator, look in Mulin: { $link }. Duty desk: { $phone }.
# A lost elder: to the family, without a name and without a place
mail-lost-looking-subject = We are looking for your elder: { $number }
mail-lost-looking-body = Hello,

    We have your report and are looking for your elder. The number is { $number }.
    How your elder is, where to fetch them and when you can come: please open this page, which is yours alone:
    { $link }

    Please pass the address on to nobody. If it does not open, call the duty desk on { $phone }, day and night, and say the number.
    This mail was sent by a program.
sms-lost-looking = We are looking for your elder ({ $number }). Please open { $link }, see how they are and tell us when you can come; pass the address on to nobody. Duty desk: { $phone }.
mail-lost-found-subject = Somebody sees your elder: { $number }
mail-lost-found-body = Hello,

    Somebody sees your elder; our people are with them or on the way. The number is { $number }.
    How your elder is, where to fetch them and when you can come: please open this page, which is yours alone:
    { $link }

    Please pass the address on to nobody. If it does not open, call the duty desk on { $phone }, day and night, and say the number.
    This mail was sent by a program.
sms-lost-found = Somebody sees your elder ({ $number }). Please open { $link }, see how they are and tell us when you can come; pass the address on to nobody. Duty desk: { $phone }.
mail-lost-kept-subject = Your elder is at the post and safe: { $number }
mail-lost-kept-body = Hello,

    Your elder is at the post and looked after. The number is { $number }.
    How your elder is, where to fetch them and when you can come: please open this page, which is yours alone:
    { $link }

    Please pass the address on to nobody. If it does not open, call the duty desk on { $phone }, day and night, and say the number.
    This mail was sent by a program.
sms-lost-kept = Your elder is at the post and looked after ({ $number }). Please open { $link }, see how they are and tell us when you can come; pass the address on to nobody. Duty desk: { $phone }.
mail-lost-home-subject = Your elder is with the family: { $number }
mail-lost-home-body = Hello,

    { $number }: your elder is safe and with the family or with those who care for them.
    If you have a question, call the duty desk on { $phone }, day and night, and say the number.

    This mail was sent by a program.
sms-lost-home = Your elder is safe and with the family or with those who care for them ({ $number }). Questions: { $phone }.
mail-lost-code-subject = Your code for fetching your elder: { $number }
mail-lost-code-body = Hello,

    When you come for your elder ({ $number }), tell this code to the officer at the post, in person: { $code }

    In person only. Tell it to nobody on the telephone or on a page, whoever asks. Duty desk: { $phone }, day and night.
    This mail was sent by a program.
sms-lost-code = Your code for fetching your elder ({ $number }) is { $code }. Tell it only to the officer in person, to nobody on the telephone or on a page. Duty desk: { $phone }.
mail-lost-conference-subject = Please come to a care conference: { $number }
mail-lost-conference-body = Hello,

    Your elder was lost several times this year. The committee would like to sit down with you and the community officer and see what of the card, the care schedule and the days at home should be changed.
    The committee will call you to find a time; you can also call the duty desk on { $phone } and say { $number }.

    This mail was sent by a program.
sms-lost-conference = Your elder was lost several times this year. The committee will call you to talk about better care together. Or call the duty desk on { $phone } and say { $number }.
