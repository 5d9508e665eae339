// SPDX-License-Identifier: Apache-2.0

/// Why the structure of a value is not what its key takes; the text is for the operator.
package struct TreeError: Error, Equatable, CustomStringConvertible {
    package let description: String

    /// An error that says `description`.
    package init(_ description: String) { self.description = description }
}

extension ConfigKey {
    /// A value with a structure: YAML in a file, YAML or JSON as text in a flag or variable.
    package static func tree<Value>(
        _ flag: String,
        _ place: any Place<Value>,
        allowed: String,
        _ help: String,
        read: @escaping @Sendable (YAMLNode) throws(TreeError) -> Value,
        show: @escaping @Sendable (Value) -> String
    ) -> ConfigKey {
        ConfigKey(flag: flag, help: help, placeholder: "yaml", allowed: allowed) { text, root in
            do {
                let node: YAMLNode
                switch text {
                // As text as well: that is how the configuration is printed.
                case .scalar(let line), .tree(.scalar(let line, _)):
                    node = try YAMLNode.parse(Array(line.utf8))
                case .tree(let given): node = given
                case .list: return .notAllowed
                }
                root[keyPath: place] = try read(node)
                return .done
            } catch let error as YAMLError {
                return .malformed(error.reason)
            } catch {
                return .malformed("\(error)")
            }
        } show: { root in
            show(root[keyPath: place])
        }
    }
}

extension YAMLNode {
    /// The entries of a mapping by name; `what` is how an error calls it.
    ///
    /// Nothing is an empty mapping.
    package func entries(_ what: String) throws(TreeError) -> [(name: String, value: YAMLNode)] {
        switch self {
        case .mapping(let entries, _): return entries.map { ($0.key, $0.value) }
        case .null: return []
        default: throw TreeError("\(what) is \(self.kind), not a section with keys")
        }
    }

    /// The items of a list; nothing is an empty one.
    package func items(_ what: String) throws(TreeError) -> [YAMLNode] {
        switch self {
        case .sequence(let nodes, _): return nodes
        case .null: return []
        default: throw TreeError("\(what) is \(self.kind), not a list")
        }
    }

    /// A text; nothing is the empty one.
    package func text(_ what: String) throws(TreeError) -> String {
        switch self {
        case .scalar(let text, _): return text
        case .null: return ""
        default: throw TreeError("\(what) is \(self.kind), not a text")
        }
    }

    /// A number within `range`.
    package func number(_ what: String, in range: ClosedRange<Double>) throws(TreeError) -> Double {
        guard case .scalar(let text, _) = self, let number = Double(text), range.contains(number) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw TreeError("\(what) must be a number from \(bounds)")
        }
        return number
    }

    /// A whole number within `range`.
    package func integer(_ what: String, in range: ClosedRange<Int>) throws(TreeError) -> Int {
        guard case .scalar(let text, _) = self, let number = Int(text), range.contains(number) else {
            throw TreeError("\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// True or false.
    package func bool(_ what: String) throws(TreeError) -> Bool {
        switch self {
        case .scalar("true", _): return true
        case .scalar("false", _): return false
        default: throw TreeError("\(what) must be true or false")
        }
    }
}
