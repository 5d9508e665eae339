// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import Relabeling

extension RelabelRules {
    /// Reads a list of Prometheus relabel rules.
    init(reading node: YAMLNode) throws(TreeError) {
        var rules: [RelabelRule] = []
        for (index, item) in try node.items("the rules").enumerated() {
            let what = "rule \(index + 1)"
            let settings = try RelabelSettings(reading: item, what)
            do throws(RelabelError) {
                rules.append(try RelabelRule(settings))
            } catch {
                throw TreeError("\(what): \(error)")
            }
        }
        do throws(RelabelError) {
            try self.init(rules)
        } catch {
            throw TreeError(error.description)
        }
    }

    /// JSON that `init(reading:)` reads back; nothing when there are no rules.
    var text: String {
        guard !self.isEmpty else { return "" }
        return "[" + self.rules.map(\.settings.json).joined(separator: ",") + "]"
    }
}

extension RelabelSettings {
    fileprivate init(reading node: YAMLNode, _ what: String) throws(TreeError) {
        self.init()
        for (name, value) in try node.entries(what) {
            switch name {
            case "action":
                let text = try value.text("\(what): action").lowercased()
                guard let action = RelabelAction(rawValue: text) else {
                    let all = RelabelAction.allCases.map(\.rawValue).joined(separator: ", ")
                    throw TreeError("\(what): action must be one of \(all)")
                }
                self.action = action
            case "source_labels":
                var names: [String] = []
                for item in try value.items("\(what): source_labels") {
                    names.append(try item.text("\(what): a source label"))
                }
                guard names.count <= Self.sourceCountMax else {
                    throw TreeError("\(what): \(names.count) source labels; limit \(Self.sourceCountMax)")
                }
                self.sourceLabels = names
            case "separator": self.separator = try value.text("\(what): separator")
            case "regex": self.regex = try value.text("\(what): regex")
            case "target_label": self.targetLabel = try value.text("\(what): target_label")
            case "replacement": self.replacement = try value.text("\(what): replacement")
            case "modulus": self.modulus = UInt64(try value.integer("\(what): modulus", in: 0...Int.max))
            default: throw TreeError("\(what): unknown key \(name)")
            }
        }
        for text in [self.separator, self.targetLabel, self.replacement] + self.sourceLabels {
            guard text.utf8.count <= Self.textByteCountMax else {
                throw TreeError("\(what): a text of \(text.utf8.count) bytes; limit \(Self.textByteCountMax)")
            }
        }
    }

    private static var sourceCountMax: Int { 32 }
    private static var textByteCountMax: Int { 1_024 }

    fileprivate var json: String {
        let defaults = RelabelSettings()
        var fields = ["\"action\":\"\(self.action.rawValue)\""]
        if !self.sourceLabels.isEmpty {
            let names = self.sourceLabels.map(YAMLNode.quoted).joined(separator: ",")
            fields.append("\"source_labels\":[\(names)]")
        }
        if self.separator != defaults.separator {
            fields.append("\"separator\":\(YAMLNode.quoted(self.separator))")
        }
        if self.regex != defaults.regex { fields.append("\"regex\":\(YAMLNode.quoted(self.regex))") }
        if !self.targetLabel.isEmpty {
            fields.append("\"target_label\":\(YAMLNode.quoted(self.targetLabel))")
        }
        if self.replacement != defaults.replacement {
            fields.append("\"replacement\":\(YAMLNode.quoted(self.replacement))")
        }
        if self.modulus != 0 { fields.append("\"modulus\":\(self.modulus)") }
        return "{" + fields.joined(separator: ",") + "}"
    }
}
