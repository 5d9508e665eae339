// SPDX-License-Identifier: Apache-2.0

extension ConfigKey {
    /// A place of a configuration that a key sets.
    package typealias Place<Value> = WritableKeyPath<Root, Value> & Sendable

    /// True or false.
    package static func bool(_ flag: String, _ place: any Place<Bool>, _ help: String) -> ConfigKey {
        .one(flag, place, help, kind: ("bool", "true or false"), parse: Self.parseBool) {
            $0 ? "true" : "false"
        }
    }

    /// A whole number.
    package static func int(
        _ flag: String,
        _ place: any Place<Int>,
        in range: ClosedRange<Int>,
        _ help: String
    ) -> ConfigKey {
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return .one(flag, place, help, kind: ("int", allowed)) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        } show: {
            "\($0)"
        }
    }

    /// A number that may have a fraction.
    package static func double(
        _ flag: String,
        _ place: any Place<Double>,
        in range: ClosedRange<Double>,
        _ help: String
    ) -> ConfigKey {
        let allowed = "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
        return .one(flag, place, help, kind: ("float", allowed)) { text in
            Double(text).flatMap { range.contains($0) ? $0 : nil }
        } show: {
            Self.short($0)
        }
    }

    /// A size in bytes, with or without a unit.
    package static func byteCount(
        _ flag: String,
        _ place: any Place<Int>,
        in range: ClosedRange<Int>,
        _ help: String
    ) -> ConfigKey {
        let from = ByteCountText.render(range.lowerBound)
        let allowed = "a size from \(from) to \(ByteCountText.render(range.upperBound)), such as 64MiB"
        return .one(flag, place, help, kind: ("bytes", allowed)) { text in
            ByteCountText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        } show: {
            ByteCountText.render($0)
        }
    }

    /// A span of time.
    package static func duration(
        _ flag: String,
        _ place: any Place<Duration>,
        in range: ClosedRange<Duration>,
        _ help: String
    ) -> ConfigKey {
        let from = DurationText.render(range.lowerBound)
        let allowed = "a duration from \(from) to \(DurationText.render(range.upperBound)), such as 1h30m"
        return .one(flag, place, help, kind: ("duration", allowed)) { text in
            DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        } show: {
            DurationText.render($0)
        }
    }

    /// A text of at most 4 KiB without control characters.
    package static func string(_ flag: String, _ place: any Place<String>, _ help: String) -> ConfigKey {
        .one(flag, place, help, kind: ("string", Self.textAllowed), parse: Self.parseText) { $0 }
    }

    /// A text that is never shown.
    package static func secret(_ flag: String, _ place: any Place<Secret>, _ help: String) -> ConfigKey {
        ConfigKey.one(flag, place, help, kind: ("string", Self.textAllowed)) { text in
            Self.parseText(text).map(Secret.init)
        } show: {
            $0.description
        }.secret()
    }

    /// One of the cases of an enumeration, by raw value.
    package static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ flag: String,
        _ place: any Place<Choice>,
        _ help: String
    ) -> ConfigKey where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return .one(flag, place, help, kind: ("string", "one of \(names)")) {
            Choice(rawValue: $0)
        } show: {
            $0.rawValue
        }
    }

    /// Texts with commas between, or a YAML sequence.
    package static func list(_ flag: String, _ place: any Place<[String]>, _ help: String) -> ConfigKey {
        ConfigKey(flag: flag, help: help, placeholder: "list", allowed: "texts with commas between") {
            text,
            root in
            let items: [String]
            switch text {
            case .list(let given): items = given
            case .tree: return .notAllowed
            case .scalar(let line):
                items = line.split(separator: ",").map { String($0.trimmingSpaces()) }.filter { !$0.isEmpty }
            }
            guard items.count <= 1_024, items.allSatisfy({ Self.parseText($0) != nil }) else {
                return .notAllowed
            }
            root[keyPath: place] = items
            return .done
        } show: { root in
            root[keyPath: place].joined(separator: ",")
        }
    }

    private static func one<Value>(
        _ flag: String,
        _ place: any Place<Value>,
        _ help: String,
        kind: (placeholder: String, allowed: String),
        parse: @escaping @Sendable (String) -> Value?,
        show: @escaping @Sendable (Value) -> String
    ) -> ConfigKey {
        ConfigKey(flag: flag, help: help, placeholder: kind.placeholder, allowed: kind.allowed) {
            text,
            root in
            guard case .scalar(let line) = text, let value = parse(line) else { return .notAllowed }
            root[keyPath: place] = value
            return .done
        } show: { root in
            show(root[keyPath: place])
        }
    }

    private static var textAllowed: String { "a text of up to 4 KiB, no control characters" }

    @Sendable private static func parseBool(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE", "t", "T", "1", "yes", "on": true
        case "false", "False", "FALSE", "f", "F", "0", "no", "off": false
        default: nil
        }
    }

    @Sendable private static func parseText(_ text: String) -> String? {
        let isClean = text.utf8.count <= 4_096 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        return isClean ? text : nil
    }

    private static func short(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var trimmed = self.drop { $0 == " " }
        while trimmed.last == " " { trimmed.removeLast() }
        return trimmed
    }
}
