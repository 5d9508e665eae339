// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import HeadStore
import ProfileColumns
import ProfileModel

/// A pprof written by hand: stacks of function names, leaf first.
struct SmallPprof {
    struct Sample {
        var stack: [String]
        var values: [Int64]
        var labels: [String: String] = [:]
    }

    var types = [("samples", "count"), ("cpu", "nanoseconds")]
    var samples: [Sample] = []
    var timeNanoseconds: Int64 = 1_700_000_000_000_000_000

    /// The plain bytes.
    var bytes: [UInt8] {
        var strings = [""]
        func id(_ text: String) -> Int {
            if let known = strings.firstIndex(of: text) { return known }
            strings.append(text)
            return strings.count - 1
        }
        var functions: [String] = []
        var writer = ByteWriter()
        for type in self.types {
            writer.tag(1, .lengthDelimited)
            writer.nested {
                $0.tag(1, .varint)
                $0.varint(id(type.0))
                $0.tag(2, .varint)
                $0.varint(id(type.1))
            }
        }
        for sample in self.samples {
            writer.tag(2, .lengthDelimited)
            writer.nested { message in
                for name in sample.stack {
                    if !functions.contains(name) { functions.append(name) }
                    message.tag(1, .varint)
                    message.varint((functions.firstIndex(of: name) ?? 0) + 1)
                }
                for value in sample.values {
                    message.tag(2, .varint)
                    message.varint(UInt64(bitPattern: value))
                }
                for (key, value) in sample.labels.sorted(by: { $0.key < $1.key }) {
                    message.tag(3, .lengthDelimited)
                    message.nested {
                        $0.tag(1, .varint)
                        $0.varint(id(key))
                        $0.tag(2, .varint)
                        $0.varint(id(value))
                    }
                }
            }
        }
        for (index, name) in functions.enumerated() {
            writer.tag(4, .lengthDelimited)
            writer.nested { message in
                message.tag(1, .varint)
                message.varint(index + 1)
                message.tag(4, .lengthDelimited)
                message.nested {
                    $0.tag(1, .varint)
                    $0.varint(index + 1)
                }
            }
            writer.tag(5, .lengthDelimited)
            writer.nested {
                $0.tag(1, .varint)
                $0.varint(index + 1)
                $0.tag(2, .varint)
                $0.varint(id(name))
            }
        }
        let (kind, unit) = (id("cpu"), id("nanoseconds"))
        for string in strings {
            writer.tag(6, .lengthDelimited)
            writer.text(string)
        }
        writer.tag(9, .varint)
        writer.varint(UInt64(self.timeNanoseconds))
        writer.tag(11, .lengthDelimited)
        writer.nested {
            $0.tag(1, .varint)
            $0.varint(kind)
            $0.tag(2, .varint)
            $0.varint(unit)
        }
        return writer.bytes
    }

    /// The profile as the distributor would send it.
    func incoming(
        _ labels: [String: String] = [:],
        tenant: TenantID = .anonymous,
        service: String = "shop",
        uid: UInt64
    ) -> IncomingProfile {
        var all = [Label("__name__", "process_cpu"), Label("service_name", service)]
        for (name, value) in labels { all.append(Label(name, value)) }
        return IncomingProfile(
            tenant: tenant,
            labels: LabelSet(all),
            uid: ProfileUID(high: 1, low: uid),
            receivedNanoseconds: self.timeNanoseconds,
            origin: .push,
            limits: ProfileLimits(),
            payload: self.bytes
        )
    }
}
