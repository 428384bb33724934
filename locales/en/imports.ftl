# Bringing files in
desk-nav-imports = Bring in
desk-imports-intro = Brings registers and ledgers in, a file at a time. Look first, then bring in: a file is written whole or not at all. What was wrong can be undone.
desk-import-new = Bring in a file
desk-import-file = File
desk-import-file-hint = CSV or xlsx; areas also as GeoJSON. At most 32 MB.
desk-import-kind = What it holds
desk-import-kind-areas = Areas
desk-import-kind-posts = Posts
desk-import-kind-people = Staff and volunteers
desk-import-kind-matters = Matters of an older system
desk-import-kind-residents = People in care
desk-import-kind-addresses = Door plates
desk-import-kind-streets = Streets and map
desk-import-choose = Choose
desk-import-area-kind = Kind of area
desk-import-area-kind-hint = Only for areas.
desk-import-datum = Datum of the coordinates
desk-import-datum-hint = They lie half a kilometre apart, so it must be stated; nothing is guessed. Not needed for staff and people in care.
desk-import-datum-none = No coordinates, or a column says it
desk-import-datum-wgs84 = WGS-84 (GPS)
desk-import-datum-gcj02 = GCJ-02 (Amap, Tencent)
desk-import-datum-bd09 = BD-09 (Baidu)
desk-import-datum-cgcs2000 = CGCS2000
desk-import-map = Map file
desk-import-map-hint = Says what other headers and words mean (TOML). Matters of an older system need one.
desk-import-timezone = Time zone of the dates
desk-import-timezone-hint = When the map file does not say it.
desk-import-timezone-none = No dates, or the map file says it
desk-import-timezone-here = China Standard Time
desk-import-missing-file = Choose the file to bring in.
desk-import-missing-kind = Choose what the file holds.
desk-import-missing-area_kind = Choose the kind of area.
desk-import-missing-datum = Choose the datum; say so if there are no coordinates.
desk-import-missing-map = Matters of an older system need a map file.
desk-import-missing-small_file = The file is larger than 32 MB. Bring it in in parts.
desk-import-look = Look first
desk-import-waiting = Your files that are not in yet
desk-import-state-waiting = Waits to be read
desk-import-state-reading = Is being read
desk-import-state-looked = Read: look at it
desk-import-state-refused = Cannot come in: look why
desk-import-busy = The file is being read
desk-import-busy-waiting = It will be read in a moment.
desk-import-busy-reading = It is being read. A long file takes some minutes.
desk-import-busy-leave = This page comes again by itself. You can leave it; the file stays listed under Bring in. All of it is written, or nothing.
desk-import-busy-again = Look again now
desk-import-broken = It went wrong through a fault of this program; nothing was written. Try once more; if it happens again, tell the operator of the server.
desk-import-unsure = Are these the same areas?
desk-import-unsure-why = These areas of the file are not here under their codes, but others with the same or a similar name are. Nothing is joined without being asked: say for each which it is.
desk-import-unsure-same = The same: the file's code or outline goes to the one here
desk-import-unsure-new = Another one: “{ $name }” is new
desk-import-alike = Are these the same people?
desk-import-alike-why = Rows under a new key that look like somebody who is here already, or like another row: { $n }. Nobody is joined without being asked: say for each which it is. Joining can be undone with the import.
desk-import-alike-same = The same person: what the row says is taken over, what it leaves out stays
desk-import-alike-other = Somebody else
desk-import-alike-all = All others without an answer
desk-import-alike-cut = Only the first are listed here; this answer also goes for those that are not.
desk-import-alike-kind-here = All that look like somebody who is here by { $fields } (rows: { $n })
desk-import-alike-kind-row = All that look like another row by { $fields } (rows: { $n })
desk-import-alike-ask = Ask again
desk-import-alike-all-same = All the same people
desk-import-alike-all-other = All somebody else
desk-import-look-again = Look again
desk-imports-list = What was brought in
desk-imports-none = Nothing was brought in yet.
desk-imports-none-more = Each import will be listed here: when, by whom, how much. It can be undone here.
desk-import-heading = Import { $n }
desk-import-number = Number
desk-import-who = By
desk-import-at = When
desk-import-what = Result
desk-import-sum = { $rows } rows: { $added } new, { $changed } changed
desk-import-by-operator = Operator of the server
desk-import-undone = undone { $at } by { $who }
desk-import-is-undone = Undone
desk-import-undo = Undo
desk-import-undo-do = Undo this import
desk-import-undo-what = Everything becomes what it was before: what was new goes, what was changed is as it was. What somebody has used since cannot be undone; each row will be named.
desk-import-done-brought = Brought in. This is import { $n }.
desk-import-done-nothing = Everything is here as in the file; nothing was written.
desk-import-done-undone = Import { $n } was undone; everything is as it was before.
desk-import-built-on = Import { $n } cannot be undone, and nothing was changed. Somebody has used this since:
desk-import-already = Import { $n } was undone already.
desk-import-too-old = What stood there before import { $n } is no longer kept; it cannot be undone.
desk-import-coverage = Import { $n } cannot be undone: police areas would be left with gaps or overlaps.
desk-import-undo-later-first = Undo what came later first, or bring in a corrected file.
desk-import-row = Row { $n }, 
desk-import-called =  “{ $name }”
desk-import-because = { $what }: { $why }
desk-import-thing-area = area
desk-import-thing-post = post
desk-import-thing-account = account
desk-import-thing-org = organisation
desk-import-thing-seat = seat
desk-import-thing-term = term
desk-import-thing-person = person in care
desk-import-thing-matter = matter
desk-import-thing-addresses = door plates
desk-import-thing-streets = streets
desk-import-why-changed = was changed since
desk-import-why-replaced = was replaced by a later import
desk-import-why-moved = somebody works on it, or its clock has rung
desk-import-why-has-areas = areas in it: { $n }
desk-import-why-is-answered-for = a post answers for it
desk-import-why-has-posts = posts that hang on it: { $n }
desk-import-why-has-duty = duties planned: { $n }
desk-import-why-signed-in = has signed in
desk-import-why-has-keys = keys of programs: { $n }
desk-import-why-has-terms = terms: { $n }
desk-import-why-has-orgs = organisations: { $n }
desk-import-why-has-seats = seats: { $n }
desk-import-why-has-residents = people in care: { $n }
desk-import-why-has-matters = matters: { $n }
desk-import-why-has-consent = a consent was written down
desk-import-why-has-link = a link was given out
desk-import-why-was-asked-for = a lawful demand asks for the record
desk-import-why-was-looked-at = was opened by break-glass
desk-import-why-was-asked-about = the person asked about their data
desk-import-why-has-pictures = photos: { $n }
desk-import-why-is-about-somebody = a person in care is linked
desk-import-why-has-repeats = repeats joined to it: { $n }
desk-import-why-has-bulletins = bulletins: { $n }
desk-import-looked = A look: nothing is written yet
desk-import-refused = This file cannot be brought in
desk-import-would = { $rows } rows: { $added } new, { $changed } changed, { $unchanged } unchanged. Different from what is here and left as it is: { $differs }.
desk-import-mend = Nothing was written. Mend the file and come back.
desk-import-wrong = Mistakes: { $n }. Nothing was written. Mend the file as the table says and come back.
desk-import-doubtful = Doubtful rows
desk-import-unaccepted = Some rows are doubtful. Tick the box to bring them in as they are, or mend the file and come back.
desk-import-accept = Bring the doubtful rows in as they are; they keep a mark
desk-import-nothing = Everything is here as in the file; there is nothing to write.
desk-import-do = Bring in
desk-import-drop = Drop this file
desk-import-again = Another file
desk-import-places = What changes where
desk-import-place = Area
desk-import-no-area = (in no area)
desk-import-rows = Row by row
desk-import-did-new = New
desk-import-did-changed = Changed
desk-import-did-unchanged = Unchanged
desk-import-did-differs = Differs; left as it is here
desk-import-col-row = Row
desk-import-col-column = Column
desk-import-col-what = What is wrong
desk-import-col-name = Name
desk-import-col-did = Result
desk-import-cut = Only the first 200 rows are listed.
desk-import-cut-findings = Only the first 200 are listed; mend these, and the rest will show.

# Heads of files
desk-letters-col-what = What
desk-letters-col-tries = Tries
desk-letters-col-since = Since
desk-letters-col-why = Why
desk-webhook-state = State
desk-webhook-news = Lately
desk-import-row-n = Row { $n }

# What is wrong or doubtful in a file: on the pages, at the command line and in the JSON interface. How findings are put together:
findings-row = row { $n }
findings-feature = feature { $n }
findings-entry = entry { $n }
findings-label = { $place } (“{ $what }”)
findings-column = { $place }, column “{ $what }”
findings-field = { $place }, { $what }
findings-line = { $place }: { $what }
findings-field-name = name
findings-field-code = code
findings-field-parent = area above
findings-field-outline = outline
findings-field-version = version
findings-wrong-row = wrong rows: { $count }
findings-wrong-feature = wrong features: { $count }
findings-wrong-entry = wrong entries: { $count }
findings-doubtful-row = doubtful rows: { $count }
findings-doubtful-feature = doubtful features: { $count }
findings-doubtful-entry = doubtful entries: { $count }
findings-more = … and { $count } more
findings-mend-feature = nothing was imported: { $n ->
    [one] { $count } feature is
   *[other] { $count } features are
 } wrong; mend the file and run the same command again
findings-mend-entry = nothing was imported: { $n ->
    [one] { $count } entry is
   *[other] { $count } entries are
 } wrong; mend the file and run the same command again
findings-mend-row = nothing was imported: { $n ->
    [one] { $count } row is
   *[other] { $count } rows are
 } wrong; mend the file and run the same command again
findings-mend-or-accept = nothing was imported: { $n ->
    [one] { $count } row is
   *[other] { $count } rows are
 } doubtful; mend the file, or add --accept-doubtful to import them with a flag

# Cells
finding-empty = is empty: fill it in
finding-too-long = is too long: shorten it
finding-longer-than = is longer than { $n } characters: shorten it
finding-control-character = holds a line break or control character: take it out
finding-not-listed = “{ $text }” is not listed under [values.{ $field }] of the map file (listed: { $listed })
finding-not-listed-unsaid = is not listed under [values.{ $field }] of the map file (listed: { $listed })
finding-not-one-of = “{ $text }” must be one of { $allowed }; a map file can translate words
finding-not-known = “{ $text }” is not one of { $allowed }; leave it empty when it is not known
finding-not-yes-or-no = “{ $text }” must be yes or no; a map file can translate words under [values.{ $field }]
finding-not-open-or-closed = “{ $text }” must be open or closed; a map file can translate words under [values.state]
finding-not-in-range = “{ $text }” is no number from { $least } to { $most }; leave it empty when it is not known
finding-not-a-date = “{ $text }” is not a date such as 2015-01-31T08:30:00
finding-date-out-of-range = “{ $text }” is outside the range of dates: correct the year
finding-not-hours = “{ $text }” are not opening hours; write for example “Mon-Fri 08:30-17:00; Sat 09:00-12:00” or “24h”
finding-not-a-phone = is no telephone number: write its digits, for example 021-05550110
finding-key-empty = is empty; it must identify the row
finding-key-twice = “{ $key }” stands in row { $row } already; it must identify one row

# Coordinates
finding-longitude-empty = is empty, but the latitude is not: fill in both or none
finding-latitude-empty = is empty, but the longitude is not: fill in both or none
finding-half-a-place = latitude and longitude belong together: fill in both or none
finding-not-degrees = “{ $text }” is not a number of degrees
finding-no-datum = the coordinates do not say their datum: fill a column datum with wgs84, gcj02, bd09 or cgcs2000, or state one for the whole file (at the command line with --datum)
finding-not-a-datum = “{ $text }” is not a datum: use wgs84, gcj02, bd09 or cgcs2000
finding-coordinates-not-numbers = the coordinates are not numbers
finding-coordinates-out-of-range = longitude { $lon }, latitude { $lat } lies outside −180…180 and −90…90
finding-coordinates-swapped = longitude { $lon }, latitude { $lat } lies outside −180…180 and −90…90: longitude and latitude look swapped
finding-null-island = 0,0 is what a device says when it does not know where it is: leave it empty
finding-not-convertible = longitude { $lon }, latitude { $lat } cannot be converted from { $datum }: it lies on the edge of that datum
finding-outside = { $at } lies outside the district: is that right?
finding-address-empty = neither an address nor a name: fill address, or street and number, or name
finding-not-an-address = “{ $text }” holds no street with a number: write street, lane and house, or village, group and house
finding-address-twice = “{ $text }” stands in row { $row } already, { $metres } m from here: is that right?
finding-outside-by-datum = { $at } lies outside the district (datum { $datum }): is that right?

# Matters of another system
finding-opened-empty = is empty; every matter needs the date it came in
finding-kind-empty = is empty; every matter needs a kind
finding-text-empty = is empty; every matter needs some words
finding-closed-empty = is empty, but the state says closed: fill in the date
finding-closed-before-opened = “{ $text }”: it was closed before it was opened (opened “{ $opened }”)
finding-target-before-opened = “{ $text }”: its target lies before the day it was opened (opened “{ $opened }”)
finding-open-with-closing-date = “{ $text }”: it has a closing date, but the state says open
finding-opened-in-future = “{ $text }”: it was opened in the future: is the time zone right?
finding-closed-in-future = “{ $text }”: it was closed in the future: is the time zone right?
finding-kind-unknown = the kind “{ $kind }” is not a class of the district: list it under [classes.same] of the map file, or set create = true
finding-no-class = [classes.same] of the map file: the district has no class “{ $code }”
finding-not-a-class = “{ $text }” is no class of this district ({ $known }); use [values.class]
finding-not-a-body = “{ $text }” is no body of this district; use [values.about]
finding-body-of-several = “{ $text }” is the name of several bodies here; raise this one at the desk

# Staff
finding-login-form = a login is 2–40 letters a–z, digits, dots, dashes, underlines or @
finding-email-form = is no e-mail address
finding-separation = this account may not hold both roles: an administrator holds nothing else
finding-seat-taken = somebody else holds this seat in that time: end that term, or mark this row as deputy
finding-seat-closed = the seat is closed: open it, or give another title
finding-not-active = the account is suspended or closed
finding-last-catch-all = the district must keep a catch-all holder without an end date
finding-catch-all-has-area = a catch-all seat belongs to an area, not to a post
finding-org-kind-missing = the kind of this organisation is missing: fill in org_kind
finding-term-ends-first = the term ends before it begins
finding-no-area = there is no area “{ $text }”; import the areas first, and name them by code or name
finding-several-areas = several areas are called “{ $text }”: give the code
finding-no-post = there is no post “{ $text }”; import the posts first, and name them by code or name
finding-several-posts = several posts are called “{ $text }”: give the code
finding-refused = is refused ({ $why })

# People in care
finding-key-of-two = stands for two people: each row needs a key of its own
finding-key-gone = this record is not here any more: joined, erased or no longer in care. Leave the row out, or take the register out anew
finding-area-missing = is empty: write the code or name of the community or grid
finding-area-unknown = there is no such area; import the areas first, and name them by code or name
finding-area-ambiguous = several areas are called so: give the code
finding-not-a-sex = must be f or m
finding-not-a-birth-year = is no year: write four digits
finding-birth-year-range = is not a year in which somebody alive was born
finding-phone-without-guardian = a telephone without the name of a guardian is left out
finding-no-guardian = nobody speaks for this person
finding-too-many-guardians = has too many guardians

# Areas and posts
finding-gone = is no longer there: look once more
finding-stale = it was changed meanwhile: look once more
finding-same-as = this is the same as in row { $row }
finding-same-as-entry = this is the same as number { $row } of the file
finding-code-of-another = the code { $code } belongs to another area
finding-coded-here = “{ $name }” has no code here, but an area of this name with the code { $code } is there: give the code, or review the match
finding-uncoded-here = “{ $name }” is there without a code: review the match, so that this code is given to the right area
finding-other-district = this district has the code { $here }, not { $code }
finding-elsewhere = it lies wholly outside the district: is the datum right, and is it the right file?
finding-cannot-lie-in = a { $kind } cannot lie in a { $above }
finding-no-area-above = no area with the code or name “{ $text }” is there for it to lie in
finding-several-areas-above = { $n } areas are called “{ $text }”: give the code
finding-above-gone = what it belongs to is not there
finding-hangs-on-nothing = a police post hangs on no other post: leave it empty
finding-above-missing = the police post it hangs on is missing: give its code or name
finding-not-a-police-post = offices and safe houses hang on a police post only
finding-no-police-post = no police post has the code or name “{ $text }”
finding-several-police-posts = several police posts are called “{ $text }”: give the code
finding-no-police-area = no police area has the code or name “{ $text }”
finding-area-taken = another post of the file already answers for the police area { $area }

# Outlines
finding-no-name = has no name: fill it in, or say which field holds the name (at the command line with --name-field)
finding-outline = the outline is refused: { $why }
finding-outline-empty = it has no points
finding-outline-few-points = part { $part }, ring { $ring } has { $points } different points; a ring needs at least 3
finding-outline-unclosed = part { $part }, ring { $ring } is not closed: its last point must repeat its first
finding-outline-point = part { $part }, ring { $ring }, point { $point }: { $why }
finding-outline-round-the-earth = part { $part }, ring { $ring }, point { $point }: its line runs round the other side of the earth; cut it at 180 degrees
finding-outline-crosses = its line crosses itself at { $at }
finding-outline-doubles-back = its line runs back over itself at { $at }
finding-outline-hole-outside = part { $part } has a hole that lies outside of it, at { $at }
finding-outline-parts-overlap = two of its parts cover the same ground at { $at }
finding-outline-unreadable = it cannot be read: write it as POLYGON, MULTIPOLYGON or GeoJSON
finding-outline-no-coordinates = the geometry has no coordinates
finding-outline-not-nested = the coordinates are not nested as the geometry says
finding-outline-not-polygon = the geometry must be a Polygon or MultiPolygon
finding-gap = gap of { $area } m² at { $at } beside { $beside }
finding-overlap = overlap of { $area } m² at { $at } of { $of }

# Rows as a whole
finding-too-many-cells = { $n } cells, but the header names { $width }: is a separator or a quote missing?
finding-open-quote = a quotation mark opens in this row and never closes: everything after it was read as one cell
finding-too-many-digits = a number has more digits than a spreadsheet keeps: format that column as text
finding-cell-error = a cell shows the error { $text }: correct it
finding-row-unreadable = the row cannot be read
finding-row-refused = { $fields } cannot be taken; nothing was written

# The file as a whole
finding-unreadable = the file cannot be read: { $why }
finding-file-kind = use a .csv, .csv.gz, .xlsx or .json file
finding-file-empty = the file is empty; its first row must name the columns
finding-column-twice = the first row names the column “{ $column }” twice; name every column once
finding-no-column = the file has no column “{ $column }”; it has: { $there }
finding-no-column-named = the file has no column “{ $column }”; it has: { $there }. A map file can name another under [columns]
finding-not-json = the file is not JSON: { $why }
finding-not-a-list = the file is not a list of objects: { $why }
finding-no-areas = the file has no areas
finding-neither-form = neither GeoJSON nor lists of codes and names
finding-no-list = the file has no list of areas of this kind: it should be called { $names }
finding-no-field = { $option } { $field }: nothing in the file has that field; there are: { $there }
finding-not-one-area = --name and --code are for a file with one area; this one has { $n }
finding-no-datum-of-outlines = the outlines do not say their datum: state wgs84, gcj02, bd09 or cgcs2000 (at the command line with --datum)
finding-coverage = nothing was imported: the police areas would leave { $n ->
    [one] { $n } gap or overlap
   *[other] { $n } gaps or overlaps
 }; mend them and come back (at the command line --pieces FILE draws them)
finding-unsure = nothing was imported: areas that may be the same under another key: { $n }
finding-unsure-pair = “{ $name }” in the file looks like { $code } “{ $area }” here
finding-unsure-uncoded = “{ $name }” in the file looks like “{ $area }” here, which has no code yet
finding-alike-here = row { $row } looks like somebody who lives in “{ $area }” here: same name, and { $agree }
finding-alike-row = row { $row } looks like row { $other }: same name, and { $agree }
finding-alike-how = nothing was imported: rows that look like somebody else: { $n }. Decide row by row on the desk's page of imports, or for all of them with --alike join or --alike apart
findings-agrees-id_number = number of the identity card
findings-agrees-phone = telephone
findings-agrees-address = address
findings-agrees-birth_year = year of birth
finding-pairs-written = the pairs are in { $file }: look through them, then run again with --names { $file }
finding-pairs-how = run again with --propose FILE to write the pairs down, look through them, then with --names FILE
finding-pair-unknown = row { $row }: no { $kind } has the code or name “{ $text }”
finding-pair-ambiguous = row { $row }: more than one { $kind } is “{ $text }”: give the code
finding-area-kind-missing = the kind of the areas is missing
finding-changed-meanwhile = classes, seats or the calendar changed while the file was read; no matter was written: run it again
finding-file-changed = the file changed while it was read: run it again

# The map file
finding-map-unreadable = the map file cannot be read: { $why }
finding-map-syntax = the map file, line { $row }: { $why }
finding-map-no-key = the map file must name the column that identifies a matter: key = "id"
finding-map-no-datum = the map file must state the datum of the coordinates: datum = "wgs84", "gcj02", "bd09" or "cgcs2000" (or state it for the file: at the command line with --datum)
finding-map-no-zone = the map file must state the time zone of the dates, for example timezone = "Asia/Shanghai"
finding-map-zone = the map file: “{ $text }” is not a time zone
finding-map-two-zones = the map file states the time zone { $map }, but { $chosen } was chosen
finding-map-datum = the map file: “{ $text }” is not a datum: use wgs84, gcj02, bd09 or cgcs2000
finding-map-two-datums = the map file states the datum { $map }, but { $chosen } was stated for the file
finding-map-field = the map file: “{ $field }” is not a field of this import; it knows: { $known }
finding-map-needs-column = the map file must give “{ $field }” a column under [columns]
finding-map-half-a-place = the map file names only one of lat and lon: name both or none
finding-map-other-district = the map file is for the district “{ $district }”, not for this one
finding-map-family = [classes.new] of the map file: “{ $text }” must be police, non_police or emergency
finding-map-term = [classes.new] of the map file: { $field } = “{ $text }” must be a term such as 2h or 7d
finding-map-time = [classes.new] of the map file: time = “{ $text }” must be calendar, working_days or working_hours

# To look at
finding-district-keeps-name = the file calls the district “{ $file }” and gives no code; it stays “{ $here }”
finding-in-no-other = { $n ->
    [one] { $n } area lies in no other yet; it finds it when the area above it comes with its code or outline
   *[other] { $n } areas lie in no other yet; they find it when the areas above them come with their codes or outlines
 }
finding-no-district-outline = the district has no outline yet: gaps between police areas could not be looked for
