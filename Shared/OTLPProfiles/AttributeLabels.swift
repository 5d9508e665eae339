// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// The dictionary's attributes as sample labels, resolved once per request; texts stay where they are.
struct AttributeLabels {
    /// What an attribute does to the samples that have it.
    enum Meaning {
        case nothing
        /// The sample belongs to this service, a place in `services`.
        case service(Int32)
        case label(name: ByteRange, value: LabelValue)
        /// Its key or its value refers to a string that is not there.
        case broken(OTLPPlace, Int32)
        /// It names a service, and there was no room for the name.
        case oversized
    }

    private(set) var meanings: [Meaning] = []
    /// Names of services in the order in which they are met; the first stands for none.
    private(set) var services: [String] = [""]

    init(_ tables: DictionaryTables, _ budget: inout TextBudget) {
        var places: [String: Int32] = ["": 0]
        self.meanings.reserveCapacity(tables.attributes.count)
        for entry in tables.attributes {
            do throws(OTLPError) {
                guard let (name, value) = try tables.resolve(entry), !name.isEmpty else {
                    self.meanings.append(.nothing)
                    continue
                }
                guard tables.isText(name, ResourceLabels.serviceKey) else {
                    self.meanings.append(value.isEmpty ? .nothing : .label(name: name, value: value))
                    continue
                }
                let service = try tables.copy(value, &budget)
                if places[service] == nil {
                    places[service] = Int32(self.services.count)
                    self.services.append(service)
                }
                self.meanings.append(.service(places[service] ?? 0))
            } catch {
                switch error {
                case .outOfBounds(let place, let index): self.meanings.append(.broken(place, index))
                default: self.meanings.append(.oversized)
                }
            }
        }
    }

    /// The service of a sample with these attributes.
    func service(of attributes: ArraySlice<Int32>) throws(OTLPError) -> Int32 {
        var service: Int32?
        for index in attributes {
            guard index >= 0, Int(index) < self.meanings.count else { throw .outOfBounds(.attribute, index) }
            switch self.meanings[Int(index)] {
            case .nothing, .label: break
            case .service(let place): service = service ?? place
            case .broken(let place, let index): throw .outOfBounds(place, index)
            case .oversized: throw .tooLarge(limit: TextBudget.byteCountMax)
            }
        }
        return service ?? 0
    }
}
