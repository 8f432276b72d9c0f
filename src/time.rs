//! Times as text.

#[cfg(feature = "store")]
use std::time::{SystemTime, UNIX_EPOCH};

/// A time to the second, in UTC, as RFC 3339 writes it: `2026-01-31T12:00:00Z`. A time before 1970
/// counts as the beginning of 1970.
#[cfg(feature = "store")]
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    timestamp_text(i64::try_from(seconds).unwrap_or(i64::MAX), 1, 'T') + "Z"
}

/// A day, counted from 1970-01-01: `2026-01-31`.
pub(crate) fn date_text(days: i64) -> String {
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A time of the day, in `per_second` parts of a second since midnight: `12:00:00.125`. It has as
/// many digits after the point as it needs, without zeros at their end.
pub(crate) fn clock_text(parts: i64, per_second: i64) -> String {
    let (second, part) = (parts.div_euclid(per_second), parts.rem_euclid(per_second));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let text = format!("{hour:02}:{minute:02}:{second:02}");
    if part == 0 {
        return text;
    }
    let digits = per_second.ilog10() as usize;
    let part = format!("{part:0digits$}");
    format!("{text}.{}", part.trim_end_matches('0'))
}

/// A time without its zone, in `per_second` parts of a second since 1970: `2026-01-31 12:00:00.125`.
/// The caller gives the separator between the day and the time of the day.
pub(crate) fn timestamp_text(parts: i64, per_second: i64, between: char) -> String {
    let per_day = 86_400 * per_second;
    let (days, clock) = (parts.div_euclid(per_day), parts.rem_euclid(per_day));
    format!("{}{between}{}", date_text(days), clock_text(clock, per_second))
}

/// The year, month and day of a day that is counted from 1970-01-01.
///
/// Years are counted from March here, so that the leap day is the last day of a year, and they repeat
/// every 400 years.
fn date(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    // Days since 0000-03-01.
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months of 31 and 30 days alternate in groups of five months, which have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + next, month, day)
}

#[cfg(all(test, feature = "store"))]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_234_567_890, "2009-02-13T23:31:30Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(super::rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(super::date_text(-1), "1969-12-31");
        assert_eq!(super::date_text(-719_528), "0000-01-01");
        assert_eq!(super::timestamp_text(-1, 1000, 'T'), "1969-12-31T23:59:59.999");
        assert_eq!(super::timestamp_text(1_000_050, 1_000_000, ' '), "1970-01-01 00:00:01.00005");
        assert_eq!(super::timestamp_text(2_000, 1_000, ' '), "1970-01-01 00:00:02");
        assert_eq!(super::clock_text(86_399_000_000_001, 1_000_000_000), "23:59:59.000000001");
    }
}
