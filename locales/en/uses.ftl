# Near by, resources, crowd days
desk-nav-resources = What posts have
desk-nav-resource-kinds = Kinds of things
desk-nav-near = Who is near
desk-nav-crowd = Crowd days
error-places-decided = Somebody has decided this suggestion already.

home-near = The nearest open safe house
home-near-more = A seat, water, charging, a wheelchair, a defibrillator
near-title = Where is the nearest open safe house?
near-lead = Say about where you are. The place is used for this one answer and not kept.
near-place = Where (street, house number, estate)
near-area = Or choose a neighbourhood
near-need = What you need
near-need-any = Anything
near-do = Find
near-nowhere = This place was not found. Use your position, or choose a neighbourhood from the list.
near-outside = This place is not in this district. Set it again, or choose a neighbourhood from the list.
near-found = These are open now
near-none-open = Nothing near by is open now
near-around = Around { $area }
near-walk = About { $n ->
    [one] 1 minute
   *[other] { $n } minutes
  } on foot ({ $metres } m)
near-walk-here = Right here
near-minutes = about { $n ->
    [one] 1 minute
   *[other] { $n } minutes
  } on foot
near-opens = opens { $at }
near-later = These are closed now
near-has = There is:{" "}
near-offer-n = { $what } ({ $count })
near-map-app = Open in a map
near-map = Posts near by
near-again = Another place
near-estimate = Times are estimated from the straight line, without streets.
near-tier-police_post = Police post
near-tier-police_office = Police office
near-tier-safe_house = Safe house

near-go = Posts near by, and who can come
near-desk-title = Posts near by, and who can come
near-post-title = Who can come near { $post }
near-back-matter = Back to the matter
near-back-case = Back to the case
near-within = On foot
near-desk-nowhere = Nobody has said where it is, so nobody can be called near. Write down the place first.
near-people = Within { $n ->
    [one] 1 minute
   *[other] { $n } minutes
  } on foot
near-people-from = Counted from the post of their duty or the neighbourhood they look after, not from where they are now.
near-from = Counted from here
near-legend = The green dot is where the minutes are counted from; rings are posts.
near-people-none = Nobody on duty or available is that near. Allow more time.
near-on-duty = On duty
near-until = until { $at }
near-unconfirmed = has not confirmed
near-call-why = Whoever is called gets a notice and sees what is needed, never who the elder is. Call officers on duty by telephone.
near-call-do = Call those who are ticked
near-call-nobody = Tick at least one person who can be called.
near-called = { $n ->
    [one] 1 person was called.
   *[other] { $n } people were called.
  }
near-posts = Posts near by
near-posts-none = There is no post within walking distance.

resource-lead = Wheelchairs, defibrillators, keys, vehicles: at which post, whether they work, and whether they are lent.
resource-all = What all posts have
resource-of = What { $post } has
resource-link = Things
resource-post = Post
resource-kind = Kind
resource-name = Number or name
resource-name-hint = Tells it from others of its kind, like "No. 2" or "hall of house 3". No names or telephone numbers of people.
resource-place = Where it stands
resource-place-hint = For example "left cupboard in the hall".
resource-count = How many
resource-free = Free now
resource-free-of = { $free } of { $all }
resource-condition = Condition
resource-condition-working = Works
resource-condition-broken = Broken
resource-condition-missing = Missing
resource-hours = When it can be had
resource-hours-hint = For example "Mon-Fri 08:30-17:00". Left out: as the post is open.
resource-hours-post = As the post is open
resource-due = Due back
resource-overdue-only = Only what should be back
resource-state-there = Can be had now
resource-state-later = Closed now
resource-state-lent = All lent
resource-state-overdue = Should be back
resource-state-broken = Broken
resource-state-missing = Missing
resource-none = Nothing is written down here yet
resource-none-more = People of the post and the committee write things down one by one, or all at once from a table.
resource-new = Write something down
resource-new-intro = Say what it is, where it stands and how many there are.
resource-out = { $count } lent, due back { $due }
resource-lent = Lent
resource-lent-none = Nothing is lent.
resource-to-whom = To: { $who }
resource-lend = Lend one
resource-lend-hint = To whom it is lent, only those who keep it see; it is erased when it is back.
resource-loan = How many
resource-to = To whom
resource-due-day = Back on
resource-due-clock = Back at
resource-lend-do = Lend
resource-back-do = It is back
resource-change = Change
resource-remove = The post has it no more
resource-remove-why = It leaves the list; the log keeps that it was there.
resource-remove-do = Take it off
resource-done-saved = Written down.
resource-done-removed = Taken off.
resource-done-changed = Changed.
resource-done-lent = Lent.
resource-done-back = It is back; to whom it was lent is erased.
resource-done-kind = Saved.
resource-file = Bring a table
resource-file-intro = Paste the table here, one thing a line. If a line is wrong nothing is written; the same table again changes nothing.
resource-file-csv = Table
resource-file-hint = In this order: post (code or name), kind, number or name, where it stands, how many, condition, when it can be had. The columns of the list's file.
resource-file-head = post,kind,name,place,count,condition,hours
resource-file-do = Bring it in
resource-file-done = { $added } new, { $changed } changed, { $same } as before.
resource-file-line = Line { $line }: { $what }
resource-wrong-too-long = Too long.
resource-wrong-range = Give a fitting number or time.
resource-wrong-hours = These hours cannot be read; write for example "Mon-Fri 08:30-17:00".
resource-wrong-taken = This name is taken.
resource-wrong-unknown = There is no such thing.
resource-wrong-several = Several have this name; use the code.
resource-wrong-personal = No telephone or identity numbers here.
resource-wrong-lent = Some of it is lent.
resource-wrong-not-yours = You do not keep what this post has.
resource-wrong-csv = This line is no table.
resource-kinds-lead = What can be chosen when something is written down. Residents are shown only a seat, water, charging, a telephone, defibrillators and wheelchairs.
resource-kind-new = Add a kind
resource-kind-change = Change: { $name }
resource-kind-intro = What is switched off cannot be chosen; what was written down stays.
resource-kind-zh = Chinese name
resource-kind-en = English name
resource-kind-active = Can be chosen
resource-kind-other = Other language
resource-kind-offered = Who sees it
resource-kind-everybody = Everybody
resource-kind-staff = Staff
resource-kind-on = In use
resource-kind-off = Off
resource-yes = yes
resource-no = no

crowd-lead = Where more people are needed on rest days, festivals and events, and why. A suggestion only: duty times are made when somebody accepts.
crowd-unloaded = The work calendar of { $year } is not loaded: which days are off is not known, and not guessed.
crowd-ahead = Look ahead
crowd-days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
crowd-none = No festival, event or suggestion in this time
crowd-none-more = Write down an event, or look further ahead.
crowd-nothing = There is no reason to suggest more people.
crowd-map-legend = Yellow is not decided yet, green is; a number counts suggestions. Tap to see the day.
crowd-because = Because:{" "}
crowd-decide = Accept or decline
crowd-weekend = Rest day
crowd-day-unknown = Not known whether it is a day off
crowd-since = Matters are on record since { $day }; nothing earlier can be compared.
crowd-no-record = No matters are on record; nothing can be compared.
crowd-expected = { $count } people expected
crowd-place-post = { $place } ({ $post })
crowd-more = { $patrol } on patrol and { $volunteers } volunteers are suggested
crowd-why-event = { $kind } "{ $name }" expects { $count } people
crowd-why-holiday = { $name }, day { $nth } of { $of }
crowd-why-last-year = { $count } matters on the same day last year
crowd-why-busier = { $rest } matters a rest day over the last 90 days, { $work } a working day
crowd-holiday-new-year = New Year
crowd-holiday-spring = Spring Festival
crowd-holiday-qingming = Tomb-sweeping Day
crowd-holiday-labour = Labour Day
crowd-holiday-dragon-boat = Dragon Boat Festival
crowd-holiday-mid-autumn = Mid-autumn Festival
crowd-holiday-national = National Day
crowd-kind-festival = Festival or fair
crowd-kind-market = Market
crowd-kind-sport = Sport
crowd-kind-show = Show
crowd-kind-other = Other
crowd-accepted = Accepted by { $who }, { $count } people planned ({ $at })
crowd-declined = { $who } says not needed: { $reason } ({ $at })
crowd-open = Not decided
crowd-done-event = The event is saved.
crowd-done-dropped = The event is taken off.
crowd-done-accepted = Duty times are made; each person confirms.
crowd-done-declined = The reason is written down.
crowd-col-what = What day
crowd-col-post = Police post
crowd-col-when = When
crowd-col-more = Suggestion
crowd-col-why = Why
crowd-event-new = Write down an event
crowd-event-change = Change the event
crowd-event-intro = Local festivals and events: when, where, and how many people are expected.
crowd-event-drop = It does not take place
crowd-event-drop-why = The event leaves the list; duty times that were made stay.
crowd-event-drop-do = Take it off
crowd-field-name = Name
crowd-field-kind = Kind
crowd-field-first = First day
crowd-field-last = Last day
crowd-field-from = From
crowd-field-until = Until
crowd-field-place = Where
crowd-field-post = Police post that looks after it
crowd-field-expected = People expected
crowd-field-lat = Latitude
crowd-field-lon = Longitude
crowd-last-hint = Leave it out for a single day.
crowd-clock-hint = For example 09:00.
crowd-expected-hint = The most at one time.
crowd-point-hint = May be left out; the map then shows the post.
crowd-wrong-day = Write a date, like 2026-10-01.
crowd-wrong-clock = Write a time, like 09:00.
crowd-wrong-last = The last day is not before the first, and at most 60 days after it.
crowd-wrong-until = It ends after it begins.
crowd-wrong-expected = Say how many people are expected.
crowd-wrong-point = These coordinates cannot be read.
crowd-wrong-decided = Somebody has decided this suggestion already.
crowd-decide-title = More people for { $post } on { $day }?
crowd-who = Who is asked
crowd-who-hint = Those who are ticked get a duty time and confirm it. One duty for each person.
crowd-who-none = Nobody of this post and its areas can be chosen.
crowd-col-person = Name
crowd-patrol = Patrol
crowd-volunteer = Volunteer
crowd-accept-do = Accept and plan
crowd-decline = Not needed
crowd-reason = Why not
crowd-decline-do = Decline with this reason
resource-file-file = File (.xlsx or .csv)
resource-file-file-hint = The table that the list exports can be changed and sent back; keep the order of the first seven columns. Without a file, the text below counts.
near-holiday = Today is a public holiday: doors may keep other hours, so call before you go.

# Contact cards of buildings
desk-nav-contact-cards = Contact cards
contact-lead = One for each building: names and telephone numbers of the officer, grid worker, committee, property manager and mediator. When somebody changes, this page says what to print again.
contact-place = Neighbourhood
contact-card = Card on the wall
contact-households = Households
contact-buildings = Buildings
contact-building = Number or name of the building
contact-area = Grid cell
contact-whole = The whole neighbourhood
contact-doors = Doors
contact-given = Taken
contact-declined = Declined
contact-open = Not asked
contact-no-place = No neighbourhood here is in your care
contact-no-place-more = Once an administrator has entered neighbourhoods, they are listed here.
contact-none-yet = No buildings entered
contact-none-more = No buildings entered yet. Write one a line below, and their cards can be printed.
contact-n-buildings = { $n } { $n ->
    [one] building
   *[other] buildings
}
contact-n-old = { $n } to print again
contact-n-never = { $n } never printed
contact-n-declined = { $n } declined
contact-given-of = { $n } of { $all } have taken it
contact-no-doors = No doors entered
contact-no-doors-more = No doors entered yet. Below the list of buildings, write the building and its doors, for example "Building-3 101-106": they are added to it.
contact-all = All neighbourhoods
contact-now = Who stands on the card now
contact-now-cells = Where a grid cell has people of its own, cards there name those.
contact-nobody = Nobody has a seat here yet, so there is no name to print. A system administrator gives out seats.
contact-no-phone = No telephone: add it to the account or the body
contact-never = Never printed
contact-right = Printed { $day }, still right
contact-old = Print again
contact-changed = Changed: { $who }
contact-and = {", "}
contact-wanted = { $n } { $n ->
    [one] building was
   *[other] buildings were
} never printed or must be printed again; ticked already.
contact-all-right = Every card on the wall is right.
contact-print = Print
contact-print-one = Print { $name }
contact-print-this = Print the card of this building
contact-print-hint = Printing writes down that these cards hang on the wall as they are today; you are told again when somebody on them changes.
contact-print-do = Print the ticked cards
contact-enter = Enter buildings
contact-enter-text = One building a line: its number, a space, its doors
contact-enter-hint = Doors can be written as 101-106, with spaces between. A building that is known gets its new doors. No names of people.
contact-enter-like = Building-3 101-106 201-206
contact-enter-do = Enter
contact-entered = Entered { $buildings } { $buildings ->
    [one] building
   *[other] buildings
} and { $doors } { $doors ->
    [one] door
   *[other] doors
}.
contact-removed = The building was removed.
contact-saved = Saved.
contact-households-hint = Only whether a household took the card or declined; never who lives there.
contact-change = Rename or remove
contact-remove = Remove this building
contact-remove-why = The building and what its households said are deleted for good.
contact-remove-do = Remove
contact-field-name = Building
contact-field-doors = Doors
contact-wrong-too-many = too many: 300 buildings at once, 1,000 doors in a building, 200 in a range
contact-wrong-not-a-door = a door is a number, with letters where needed; no names, no telephone numbers
contact-wrong-personal = no telephone numbers in the name of a building
contact-wrong-taken = there is a building of this name already
contact-wrong-range = a range of doors runs upwards, for example 101-106
contact-wrong-none = Tick the buildings to print first
contact-sheet = Print contact cards
contact-sheet-how = { $n } { $n ->
    [one] card
   *[other] cards
}, two on a page of A4; cut them in the middle.
contact-title = Your contacts
contact-qr = Scan to see who looks after this place
contact-qr-how = Scan for who it is today
contact-emergency = Emergency: { $numbers }
contact-printed = Printed { $day }
