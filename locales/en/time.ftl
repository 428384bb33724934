# Times
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
time-day = { $weekday } { $day } { $month }
time-day-year = { $weekday } { $day } { $month } { $year }
time-stamp = { $day }, { $clock }
time-by = by { $clock } on { $day }
time-just-now = just now ({ $clock })
time-minutes-ago = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
} ({ $clock })
time-hours-ago = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
} ({ $clock })
time-yesterday = yesterday { $clock }
time-left = { $span } left
time-over = overdue by { $span }
time-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
time-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
time-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}

# Opening hours of a post.
hours-always = Day and night
hours-unknown = Not stated
hours-daily = Every day
hours-days = { $from } to { $to }
hours-and = {"; "}
