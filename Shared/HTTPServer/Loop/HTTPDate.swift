// SPDX-License-Identifier: Apache-2.0

/// The value of `Date`, made once a second.
package struct HTTPDate {
    private var second: Int64 = -1
    private var text: [UInt8] = []

    /// Now, as `Sun, 06 Nov 1994 08:49:37 GMT`.
    var bytes: [UInt8] {
        mutating get {
            let now = wallSeconds()
            if now != self.second {
                self.second = now
                self.text = Self.format(now)
            }
            return self.text
        }
    }

    /// The form of RFC 9110 5.6.7, for seconds since 1970.
    package static func format(_ seconds: Int64) -> [UInt8] {
        let days = Int(seconds / 86_400)
        let rest = Int(seconds % 86_400)
        // Civil date from days, counting from 1 March of year 0 in eras of 400 years.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
        let time = "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return Array("\(weekdays[days % 7]), \(two(day)) \(months[month - 1]) \(year) \(time) GMT".utf8)
    }
}
