# Words in the calendar feed (/ical/…).
ical-name = Mulin: { $name }
ical-duty = On duty: { $post }
ical-due = Due: { $number } { $class }
