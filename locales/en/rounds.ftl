# Rounds (N5): a day or a month of visits planned at once.
desk-nav-rounds = Rounds
rounds-lead = A day or a month of visits at once: pairs of two forces walk from door to door. You change what you like, then you publish it.
rounds-new = Plan a round
rounds-none = No round is planned yet
rounds-none-more = Choose an area and a day; the program proposes who visits whom, and when.
rounds-when = Days
rounds-area = Area
rounds-state = State
rounds-pairs = Pairs
rounds-visits = Visits
rounds-left = With nobody
rounds-days = { $first } to { $last } ({ $n } days)
rounds-state-draft = Draft, nobody is told
rounds-state-published = Published
rounds-state-over = Over
rounds-state-called-off = Called off
rounds-first = First day
rounds-last = Last day (empty: only one)
rounds-weekends = Weekends and public holidays too
rounds-look = Show who is due
rounds-who = Who goes
rounds-who-hint = The program makes pairs of two forces. Hours, languages and nurses are remembered for the next round.
rounds-no-people = Nobody works here who could go; ask the coordinator.
rounds-person = Person
rounds-hours = Hours
rounds-from = From
rounds-to = To
rounds-languages = Languages, dialects
rounds-skill = Also
rounds-nurse = Nurse
rounds-others = { $n } more, from the district and from bodies
rounds-post = Where they meet
rounds-post-middle = In the middle of the area
rounds-rest-from = Lunch from
rounds-rest-lasts = Lunch, minutes (0: none)
rounds-due = Which visits
rounds-due-hint = Ticked is what is due by the last day ({ $days }). Only people who agreed to be visited are listed.
rounds-no-visits = Nobody is due here in that time.
rounds-take = Take along
rounds-group-sum = { $n } due, { $late } of them late, { $ticked } ticked
rounds-whole = What of this neighbourhood comes along:
rounds-whole-ticked = What is ticked
rounds-whole-all = All of them
rounds-whole-none = None of them
rounds-due-on = Due
rounds-kind = Kind
rounds-late = Late
rounds-in-another = Stands in another round
rounds-sent-already = A pair is sent already
rounds-make = Make pairs and plan
rounds-kind-chat = A chat
rounds-kind-clean = Cleaning
rounds-kind-check = Safety check
rounds-kind-teach-phone = Phone lesson
rounds-kind-card-check = Card and strap
rounds-force-core = core
rounds-force-front = front line
rounds-force-support = supplementary
rounds-with = { " and " }
rounds-pair = Pair { $letter }
rounds-nobody = Nobody
rounds-lunch = Lunch { $from }–{ $to }
rounds-sum = { $n ->
    [one] 1 visit
   *[other] { $n } visits
 }, { $walk } min on foot, back at { $back }
rounds-nothing = No visit on this day.
rounds-walk = { $n } min on foot
rounds-minutes = { $n } min
rounds-locked = Stays here
rounds-usual = They know each other
rounds-vague = Address not on the map
rounds-no-address = No address
rounds-gone = In care no longer
rounds-agreed = Agreed { $from }–{ $to }
rounds-told = The pair knows
rounds-told-other = The pair was told { $day } { $at }
rounds-outcome-seen = Seen
rounds-outcome-not-home = Not at home
rounds-outcome-refused = Did not want it
rounds-outcome-rescheduled = Put off
rounds-outcome-cancelled = Called off
rounds-change = Move, agree a time
rounds-up = Earlier
rounds-down = Later
rounds-lock = Keep here
rounds-unlock = May move again
rounds-move-to = To
rounds-place = as number
rounds-move = Move
rounds-agreed-from = Agreed from
rounds-agreed-to = to
rounds-takes = Minutes
rounds-must-speak = Only with somebody who speaks it
rounds-foreign = neither of the two speaks it
rounds-keep = Keep
rounds-publish = Publish: send the pairs
rounds-publish-changes = { $n ->
    [one] Publish 1 change
   *[other] Publish { $n } changes
 }
rounds-all-told = Every pair knows this plan.
rounds-plan-again = Plan anew
rounds-days-nav = Days of the round
rounds-estimate = No streets are loaded: ways are straight lines × 1.35.
rounds-unserved = { $n ->
    [one] 1 visit is with nobody
   *[other] { $n } visits are with nobody
 }
rounds-unserved-hint = Drag it to a pair, move it with the form, or change what stands in its way and plan anew.
rounds-why-language = Nobody of those who go speaks their language.
rounds-why-language-of = Nobody of those who go speaks { $language }.
rounds-why-nurse = A nurse was asked for, and no pair with a nurse goes.
rounds-why-both = No pair has both, the language and a nurse.
rounds-why-hours = The agreed time lies outside of everybody’s working hours.
rounds-why-far = Too far or too long: the way there, the visit and the way back take longer than any shift.
rounds-why-full = Everybody who could come has no time left.
rounds-why-aside = Taken out by hand.
rounds-why-hand = Others were sent meanwhile, outside of this round.
rounds-why-gone = In care no longer, or the visit was called off.
rounds-why-moved = They live elsewhere now.
rounds-why-new = Not planned yet.
rounds-fault-early = Too early: the way there, or the agreed time, does not allow it.
rounds-fault-late = Later than agreed.
rounds-fault-hours = Outside of the pair’s hours.
rounds-fault-language = Neither of the two speaks their language.
rounds-fault-nurse = A nurse was asked for; neither is one.
rounds-fault-day = The pair does not go on this day.
rounds-sheet = Route sheet
rounds-sheet-paper = Paper: A5
rounds-sheet-no-names = Without names: somebody of the supplementary force goes along. Please give the sheet back afterwards.
rounds-sheet-names = Personal data: please give the sheet back afterwards.
rounds-bring = Bring:
rounds-bring-badge = badge
rounds-bring-contact-card = contact card
rounds-bring-gloves = gloves
rounds-bring-checklist = check list
rounds-bring-lesson = lesson sheet
rounds-bring-card = new card
rounds-bring-strap = new strap
rounds-note = Note
rounds-ill = Somebody is ill
rounds-ill-hint = With somebody instead the visits stay as they are. Without, they go to the other pairs; what is locked or over stays.
rounds-who-ill = Cannot come
rounds-ill-until = until
rounds-instead = Instead
rounds-instead-nobody = nobody, plan anew
rounds-ill-do = Change and plan
rounds-pair-off = Does not go until { $day }: somebody cannot come.
rounds-pair-change = Other hours, other people
rounds-swap = Change people
rounds-pair-add = Add a pair
rounds-pair-add-do = Add and plan
rounds-call-off = Call the round off
rounds-call-off-what = Nobody walks this round. Pairs that are sent already stay sent; the times go from their telephones and calendars.
rounds-call-off-do = Call it off
rounds-map-words = The number is pair and place in the list; “?” is with nobody. The list says the same.
rounds-done-made = The round is planned. Look it over, then publish it; nobody is told before.
rounds-done-planned = Planned anew. What is locked, begun or over stayed.
rounds-done-moved = Moved. It stays there when you plan anew.
rounds-done-kept = Kept.
rounds-done-ill = Changed. Please publish it, so that the pairs know.
rounds-done-pair = The pair is in.
rounds-done-off = The round is called off.
rounds-done-sent = { $n ->
    [0] Published: nothing had changed.
    [one] Published: 1 visit has its pair, day and time.
   *[other] Published: { $n } visits have their pair, day and time.
 }
rounds-done-left = { $n ->
    [one] 1 person is left over: there was no partner of another force.
   *[other] { $n } people are left over: there was no partner of another force.
 }
rounds-fell = { $n } fell out: { $why }
rounds-calls = { $n ->
    [one] 1 household to telephone
   *[other] { $n } households to telephone
 }
rounds-calls-hint = They still expect the time they were told, more than 15 minutes from the plan. Press “Telephoned” when they know.
rounds-day-at = { $day } { $at }
rounds-call-was = Told { $when }
rounds-call-now = { $when } (pair { $letter })
rounds-call-nobody = nobody comes
rounds-called = Telephoned
rounds-done-called = Noted: this household knows.
rounds-readdressed = The address has changed; the way is still reckoned to the old one. Plan anew, or publish: that reckons it.
rounds-sent-before = Whoever was sent before this round still goes; to send others, move it to a pair.
rounds-done-readdressed = { $n ->
    [one] 1 visit has another address now: its way was reckoned anew.
   *[other] { $n } visits have another address now: their ways were reckoned anew.
 }
rounds-done-stopped = Nothing was published: with the new ways some visits cannot be made as they stand; they are marked in red. Move them or plan anew, then publish.
rounds-planning = Being planned
rounds-planning-first = { $of ->
    [one] 1 visit: finding the ways and a first plan.
   *[other] { $of } visits: finding the ways and a first plan.
 }
rounds-planning-so-far = { $percent } % done; { $with } of { $of } visits have somebody so far.
rounds-planning-by = Begun by { $name }
rounds-planning-take = Take it as it is now
rounds-planning-end = Stop, change nothing
rounds-planning-look = See whether it is done
rounds-planning-hint = You can leave this page; the plan is kept when it is done. A change of the round meanwhile makes this plan void.
rounds-planning-ended = Stopped; every visit is where it was.
rounds-planning-stale = Somebody changed the round while it was planned, so that plan was not used. Please plan anew.
rounds-planning-lost = The last planning broke off before its end; every visit is where it was. Please plan anew.
rounds-planning-changed = Your change is kept. The round is being planned, and that plan is void now; please wait until it has stopped and plan anew.
rule-care-round-planning = Somebody is planning this round already; please wait until it is done.
rounds-holiday = { $day } { $name }
rounds-holidays-in = There are public holidays among these days: { $days }. People may have guests or be away.
rounds-holidays-out = Public holidays are left out: { $days }. Tick “Weekends and public holidays too” to go then.
rounds-on-holiday = A public holiday ({ $name }): people may have guests or be away.
rounds-busy-on = { $day } { $from }–{ $to } in another round
rounds-busy = { $name } is in another round { $from }–{ $to }; nothing is planned for then.
rounds-fault-busy = One of the two is in another round then.
rounds-why-hours-of = Agreed { $from }–{ $to }; the pairs go { $hours }, so it fits nowhere.
rounds-done-outside = But no pair works then ({ $hours }): agree another time with them, or change the hours of a pair.
rounds-done-unfit = But where it stands it does not fit that time: move it, or plan anew.
rounds-holiday-days = { $first } to { $last } { $name }
rounds-unserved-first = The first { $n } are listed here.
rounds-stale = Somebody else changed this round meanwhile. Nothing of yours was done; this is how it stands now.
rounds-field-days = Days
rounds-field-visits = Visits
rounds-field-people = People
rounds-field-hours = Hours
rounds-field-rest = Lunch
rounds-field-window = Agreed time
rounds-field-minutes = Minutes
rounds-field-languages = Languages
rounds-field-day = Day
rounds-field-until = Until
rounds-wrong-past = this day is over.
rounds-wrong-days = At most 31 days, the last not before the first, and one working day among them.
rounds-wrong-shift = between 07:00 and 21:00.
rounds-wrong-order = the end lies before the beginning.
rounds-wrong-day = visits are between 08:00 and 20:00.
rounds-wrong-unknown = not found; please choose from the list.
rounds-wrong-person = Please choose two people.
rounds-wrong-missing = please choose at least one.
rounds-wrong-long = too long.
rounds-wrong-range = this is out of range.
rounds-wrong-time = Please write the time as 09:30.
rounds-wrong-date = Please choose a day.
rounds-wrong-place = Please write the place in the list as a number.
rule-care-round-over = This round is over.
rule-care-round-stop-over = This visit has begun or is over.
rule-care-round-pair-off = This pair does not go on that day.
rule-care-round-not-planned = It is with nobody yet; move it to a pair first.
rule-care-round-twice = One of the two is in another pair already on one of these days.
rule-care-round-none-left = These visits stand in another round already. If you pressed twice: the round is in the list.
rule-care-round-nobody = Please choose at least two people of different forces.
rule-care-round-never-together = Two who would go together have no common hours; change their hours.
rule-care-round-faults = Some visits cannot be made as they stand; they are marked in red. Move them or change what was agreed, then publish.
ical-visit = Visit: { $kind }
