// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import ServiceKit

/// Makes a series' labels of what a client sent (spec/ingest 7).
struct IntakeLabels {
    let limits: TenantLimits
    let profileLimits: ProfileLimits
    let metrics: DistributorMetrics
    let tenant: TenantID

    /// Labels that the server derives or uses up: what clients send under these names is dropped.
    private static let reserved: Set<String> = [
        LabelName.profileType, LabelName.type, LabelName.unit, LabelName.periodType, LabelName.periodUnit,
        "__service_name__", LabelName.delta, "__order__",
    ]

    /// The labels that rules see: with a service name, and with a session id from the tenant's range.
    func completed(_ sent: [Label]) -> [Label] {
        var labels = sent
        if let place = labels.firstIndex(where: { $0.name == LabelName.sessionID }) {
            let value = Self.session(labels[place].value, countMax: self.limits.sessionCountMax)
            labels.removeAll { $0.name == LabelName.sessionID }
            if let value { labels.append(Label(LabelName.sessionID, value)) }
        }
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, "unknown_service"))
        }
        return labels
    }

    /// Checks the labels as they were sent, since a set would silently mend them.
    ///
    /// `/ingest` names the series after its sample types: until then any name will do.
    func checked(_ labels: [Label], isNamed: Bool) throws(ProfileRejection) -> LabelSet {
        var named = labels
        if !isNamed { named.append(Label(LabelName.profileName, "process_cpu")) }
        named.sort { LabelSet.precedes($0.name, $1.name) }
        if !self.limits.keepsLabelNames {
            let sanitized = try LabelValidation.sanitized(named)
            if sanitized.changedCount > 0 { self.metrics.sanitized(sanitized.changedCount, self.tenant) }
            named = sanitized.labels
        }
        try LabelValidation.check(named, limits: self.profileLimits)
        return LabelSet(
            named.filter { label in
                !Self.reserved.contains(label.name) && (isNamed || label.name != LabelName.profileName)
            }
        )
    }

    /// Sixteen hexadecimal digits of eight bytes, the lowest first, brought below `countMax`; nil removes the
    /// label.
    private static func session(_ text: String, countMax: Int) -> String? {
        guard countMax > 0, text.utf8.count == 16, text.utf8.allSatisfy(Self.isHexDigit),
            let digits = UInt64(text, radix: 16)
        else { return nil }
        let bounded = (digits.byteSwapped % UInt64(countMax)).byteSwapped
        let hex = String(bounded, radix: 16)
        return String(repeating: "0", count: 16 - hex.utf8.count) + hex
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
