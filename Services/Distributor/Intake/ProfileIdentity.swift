// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// Makes the uid by which a retry is recognised (spec/reliability 3.3).
///
/// SHA-256, cut to 127 bits, over tenant, labels, what the request says about the profile, the client's id,
/// and the client's bytes. The last bit says whether the client named the profile: without a name, and
/// without a time of its own inside (which only the ingester sees), equal bytes may be two profiles and are
/// both kept.
enum ProfileIdentity {
    /// The uid of one uploaded profile; `context` is what else makes it distinct, such as the time range of
    /// an upload.
    static func uid(
        tenant: TenantID,
        labels: LabelSet,
        id: String,
        context: String,
        payload: Span<UInt8>
    ) -> ProfileUID {
        var hash = SHA256()
        var head = ByteWriter(capacity: 512)
        head.text(tenant.description)
        head.varint(labels.labels.count)
        for label in labels.labels {
            head.text(label.name)
            head.text(label.value)
        }
        head.text(id)
        head.text(context)
        hash.update(head.bytes)
        hash.update(payload)
        let digest = hash.finalize()
        let high = digest[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return ProfileUID(high: high, low: low, isNamed: !id.isEmpty || !context.isEmpty)
    }
}
