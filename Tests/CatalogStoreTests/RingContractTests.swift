// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Testing

@Suite struct RingContractTests {
    private static let registration = InstanceRegistration(
        instance: "ingester-1",
        address: "10.0.0.1:4041",
        zone: "a",
        roles: ["ingester", "querier"]
    )

    @Test(arguments: CatalogBackend.allCases)
    func everyLifeHasItsEpoch(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let first = try await catalog.register(Self.registration)
            try await catalog.heartbeat(instance: "ingester-1", epoch: first)
            var moved = Self.registration
            moved.address = "10.0.0.2:4041"
            let second = try await catalog.register(moved)
            #expect(second == first + 1)
            await #expect(throws: CatalogError.conflict(.epoch)) {
                try await catalog.heartbeat(instance: "ingester-1", epoch: first)
            }
            try await catalog.heartbeat(instance: "ingester-1", epoch: second)
            let instances = try await catalog.instances()
            #expect(instances.map(\.registration) == [moved])
            #expect(instances.map(\.epoch) == [second])
            #expect(instances.map(\.state) == [.active])
            #expect(try #require(instances.first).heartbeatAge < .seconds(30))
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func whoLeftKeepsItsEpoch(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let first = try await catalog.register(Self.registration)
            try await catalog.leave(instance: "ingester-1", epoch: first)
            #expect(try await catalog.instances().map(\.state) == [.left])
            await #expect(throws: CatalogError.conflict(.epoch)) {
                try await catalog.heartbeat(instance: "ingester-1", epoch: first)
            }
            #expect(try await catalog.register(Self.registration) == first + 1)
            #expect(try await catalog.instances().map(\.state) == [.active])
            await #expect(throws: CatalogError.conflict(.epoch)) {
                try await catalog.leave(instance: "ingester-1", epoch: first)
            }
            await #expect(throws: CatalogError.conflict(.epoch)) {
                try await catalog.heartbeat(instance: "nobody", epoch: 1)
            }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func hostileInstancesComeBackUnchanged(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let texts = Sample.hostile.filter { !$0.isEmpty && $0.utf8.count <= 1_024 }
            for text in texts {
                let registration = InstanceRegistration(
                    instance: text,
                    address: text,
                    zone: text,
                    roles: [text, ""]
                )
                let epoch = try await catalog.register(registration)
                try await catalog.heartbeat(instance: text, epoch: epoch)
                let found = try await catalog.instances().first { $0.registration.instance == text }
                #expect(found?.registration == registration)
            }
            #expect(try await catalog.instances().count == texts.count)
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func keepsSettingsPerTenant(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let other = try Sample.tenant("other")
            try await catalog.set("{\"max\": 1}", for: "limits", tenant: Sample.tenant)
            try await catalog.set("{\"max\":  2}", for: "limits", tenant: Sample.tenant)
            try await catalog.set("true", for: "limits", tenant: other)
            try await catalog.set("1", for: "gone", tenant: other)
            try await catalog.set(nil, for: "gone", tenant: other)
            #expect(try await catalog.settings(tenant: Sample.tenant) == ["limits": "{\"max\":  2}"])
            #expect(try await catalog.settings(tenant: other) == ["limits": "true"])
            #expect(try await catalog.settings(tenant: try Sample.tenant("nobody")) == [:])
            // Swift holds the two forms of é for one key.
            let texts = Sample.hostile.filter { $0 != "é" } + ["é"]
            for text in texts { try await catalog.set(text, for: text, tenant: other) }
            let settings = try await catalog.settings(tenant: other)
            #expect(settings.count == texts.count + 1)
            for text in texts { #expect(settings[text] == text) }
            let limits = try await catalog.settings(prefix: "limits")
            #expect(limits == [Sample.tenant: ["limits": "{\"max\":  2}"], other: ["limits": "true"]])
            #expect(try await catalog.settings(prefix: "limits.") == [:])
            #expect(try await catalog.settings(prefix: "").mapValues(\.count)[other] == texts.count + 1)
            try await catalog.health()
        }
    }
}
