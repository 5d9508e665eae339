// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Testing

@Suite struct SymbolContractTests {
    @Test(arguments: CatalogBackend.allCases)
    func equalSymbolsGetEqualIDs(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let functions = [Sample.function("a"), Sample.function("b"), Sample.function("a")]
            let mappings = [
                MappingSymbol(buildID: "x", file: "/bin/a"), MappingSymbol(buildID: "x", file: "/bin/b"),
            ]
            let first = try await catalog.upsertSymbols(
                tenant: Sample.tenant,
                service: "one",
                functions: functions,
                mappings: mappings,
                seenAt: 1
            )
            #expect(first.functions.count == 3)
            #expect(first.functions[0] == first.functions[2])
            #expect(first.functions[1] == first.functions[0] + 1, "ids are dense")
            #expect(Set(first.mappings).count == 2)
            let again = try await catalog.upsertSymbols(
                tenant: Sample.tenant,
                service: "two",
                functions: [functions[1], Sample.function("c"), functions[0]],
                mappings: mappings.reversed(),
                seenAt: 2
            )
            #expect(again.functions[0] == first.functions[1])
            #expect(again.functions[1] == first.functions[1] + 1, "a hit uses up no id")
            #expect(again.functions[2] == first.functions[0])
            #expect(again.mappings == first.mappings.reversed())
            let found = try await catalog.mappings(tenant: Sample.tenant, ids: first.mappings + [7])
            #expect(found == [mappings[0], mappings[1], nil])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func everyFieldTellsFunctionsApart(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let functions = [
                FunctionSymbol(name: "a", systemName: "b", file: "c", startLine: 1),
                FunctionSymbol(name: "ab", systemName: "", file: "c", startLine: 1),
                FunctionSymbol(name: "a", systemName: "bc", file: "", startLine: 1),
                FunctionSymbol(name: "a", systemName: "b", file: "c", startLine: .min),
                FunctionSymbol(name: "a", systemName: "b", file: "c", startLine: .max),
            ]
            let ids = try await catalog.upsertFunctions(functions)
            #expect(Set(ids).count == functions.count)
            #expect(try await catalog.functions(tenant: Sample.tenant, ids: ids) == functions)
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func hostileTextComesBackUnchanged(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            for text in Sample.hostile {
                let function = FunctionSymbol(name: text, systemName: text, file: text, startLine: 0)
                let mapping = MappingSymbol(buildID: text, file: text)
                let ids = try await catalog.upsertSymbols(
                    tenant: Sample.tenant,
                    service: text,
                    functions: [function],
                    mappings: [mapping],
                    seenAt: 5
                )
                #expect(try await catalog.functions(tenant: Sample.tenant, ids: ids.functions) == [function])
                let names = try await catalog.functionNames(tenant: Sample.tenant, ids: ids.functions)
                #expect(names.map { $0.map { Array($0.utf8) } } == [Array(text.utf8)], "to the byte")
                #expect(try await catalog.mappings(tenant: Sample.tenant, ids: ids.mappings) == [mapping])
                let found = try await catalog.findFunctions(
                    tenant: Sample.tenant,
                    matching: .equal(text),
                    limit: 10
                )
                #expect(found.map(\.function) == [function])
                #expect(found.first?.services.map(\.service) == [text])
            }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func tenantsDoNotSeeEachOther(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let ids = try await catalog.upsertFunctions([Sample.function("secret")])
            let other = try Sample.tenant("other")
            #expect(try await catalog.functionNames(tenant: other, ids: ids) == [nil])
            _ = try await catalog.upsertSymbols(
                tenant: other,
                service: "s",
                functions: [Sample.function("public")],
                mappings: [],
                seenAt: 0
            )
            #expect(try await catalog.functionNames(tenant: other, ids: ids) == [nil])
            let found = try await catalog.findFunctions(tenant: other, matching: .containing(""), limit: 10)
            #expect(found.map(\.function.name) == ["public"])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func findsWhoRunsAFunctionSinceWhen(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let hour = symbolSeenResolution
            let sightings: [(service: String, time: Int64)] = [
                ("cart", 10 * hour), ("cart", 8 * hour), ("cart", 12 * hour), ("cart", 12 * hour + 1),
                ("api", 11 * hour),
            ]
            for (service, time) in sightings {
                _ = try await catalog.upsertSymbols(
                    tenant: Sample.tenant,
                    service: service,
                    functions: [Sample.function("main.Serve"), Sample.function("runtime.mallocgc")],
                    mappings: [],
                    seenAt: time
                )
            }
            let found = try await catalog.findFunctions(
                tenant: Sample.tenant,
                matching: .containing("malloc"),
                limit: 10
            )
            #expect(found.map(\.function) == [Sample.function("runtime.mallocgc")])
            let services = try #require(found.first).services
            #expect(services.map(\.service) == ["api", "cart"])
            #expect(services.map(\.firstSeen) == [11 * hour, 8 * hour])
            #expect(services.map(\.lastSeen) == [11 * hour, 12 * hour], "moves in steps of an hour")
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func rememberedIDsAreMarkedOrRefused(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let tenant = Sample.tenant
            let ids = try await catalog.upsertFunctions([Sample.function("a"), Sample.function("b")])
            let later = 5 * symbolSeenResolution
            try await catalog.markSeen(tenant: tenant, service: "s", functions: ids + ids, seenAt: later)
            try await catalog.markSeen(tenant: tenant, service: "other", functions: [ids[0]], seenAt: later)
            let found = try await catalog.findFunctions(tenant: tenant, matching: .containing(""), limit: 10)
            #expect(found.map { $0.services.map(\.service) } == [["other", "s"], ["s"]])
            #expect(found.map { $0.services.map(\.lastSeen) } == [[later, later], [later]])
            #expect(found.map { $0.services.map(\.firstSeen) } == [[later, 0], [0]])
            let stranger = try Sample.tenant("stranger")
            await #expect(throws: CatalogError.conflict(.symbolID)) {
                try await catalog.markSeen(tenant: stranger, service: "s", functions: ids, seenAt: later)
            }
            try await catalog.dropSymbols()
            await #expect(throws: CatalogError.conflict(.symbolID)) {
                try await catalog.markSeen(tenant: tenant, service: "s", functions: ids, seenAt: later)
            }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func searchesLiterallyAndUpToItsLimit(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let names = ["100%", "a_b", "aXb", "A_B", "back\\slash"]
            _ = try await catalog.upsertFunctions(names.map { Sample.function($0) })
            func find(_ text: String, limit: Int = 10) async throws -> [String] {
                try await catalog.findFunctions(
                    tenant: Sample.tenant,
                    matching: .containing(text),
                    limit: limit
                )
                .map(\.function.name)
            }
            #expect(try await find("%") == ["100%"])
            #expect(try await find("_") == ["a_b", "A_B"])
            #expect(try await find("\\") == ["back\\slash"])
            #expect(try await find("", limit: 3) == ["100%", "a_b", "aXb"])
            await #expect(throws: CatalogError.invalid(.limit)) { _ = try await find("", limit: 0) }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func restoresSymbolsUnderTheirIDs(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let functions = (0..<50).map { Sample.function("f\($0)") }
            let mappings = [MappingSymbol(buildID: "b", file: "f")]
            let ids = try await catalog.upsertSymbols(
                tenant: Sample.tenant,
                service: "s",
                functions: functions,
                mappings: mappings,
                seenAt: 3
            )
            try await catalog.dropSymbols()
            #expect(try await catalog.functionNames(tenant: Sample.tenant, ids: [ids.functions[0]]) == [nil])
            // New symbols arrive before the old ones are back: they must not take their ids.
            let early = try await catalog.upsertFunctions([Sample.function("early"), functions[7]])
            #expect(Set(early).isDisjoint(with: ids.functions))
            for _ in 0..<2 {
                try await catalog.restoreSymbols(
                    tenant: Sample.tenant,
                    service: "s",
                    functions: zip(ids.functions, functions).map { Identified(id: $0, symbol: $1) },
                    mappings: [Identified(id: ids.mappings[0], symbol: mappings[0])],
                    seenAt: 3
                )
            }
            #expect(try await catalog.functions(tenant: Sample.tenant, ids: ids.functions) == functions)
            #expect(try await catalog.mappings(tenant: Sample.tenant, ids: ids.mappings) == mappings)
            #expect(try await catalog.functionNames(tenant: Sample.tenant, ids: early) == ["early", "f7"])
            let more = try await catalog.upsertFunctions([functions[3], Sample.function("late")])
            #expect(more[0] == ids.functions[3])
            #expect(!ids.functions.contains(more[1]) && !early.contains(more[1]))
            await #expect(throws: CatalogError.conflict(.symbolID)) {
                try await catalog.restoreSymbols(
                    tenant: Sample.tenant,
                    service: "s",
                    functions: [Identified(id: ids.functions[0], symbol: Sample.function("other"))],
                    mappings: [],
                    seenAt: 3
                )
            }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func manySymbolsKeepTheirOrder(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let functions = (0..<11_000).map { Sample.function("function \($0 % 10_990)") }
            let mappings = (0..<5_001).map { MappingSymbol(buildID: "\($0)", file: "") }
            let ids = try await catalog.upsertSymbols(
                tenant: Sample.tenant,
                service: "s",
                functions: functions,
                mappings: mappings,
                seenAt: 1
            )
            #expect(Set(ids.functions).count == 10_990)
            #expect(ids.functions.prefix(10) == ids.functions.suffix(10))
            #expect(try await catalog.functions(tenant: Sample.tenant, ids: ids.functions) == functions)
            #expect(
                try await catalog.functionNames(tenant: Sample.tenant, ids: ids.functions)
                    == functions.map(\.name)
            )
            #expect(try await catalog.mappings(tenant: Sample.tenant, ids: ids.mappings) == mappings)
            let nothing = try await catalog.upsertSymbols(
                tenant: Sample.tenant,
                service: "s",
                functions: [],
                mappings: [],
                seenAt: 1
            )
            #expect(nothing == SymbolIDs(functions: [], mappings: []))
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func concurrentUpsertsAgree(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let functions = (0..<300).map { Sample.function("f\($0)") }
            let answers = try await withThrowingTaskGroup(of: [String: Int64].self) { group in
                for task in 0..<8 {
                    group.addTask {
                        let shuffled = functions.shuffled()
                        let ids = try await retrying {
                            try await catalog.upsertSymbols(
                                tenant: Sample.tenant,
                                service: "s\(task % 3)",
                                functions: shuffled,
                                mappings: [],
                                seenAt: Int64(task)
                            )
                        }
                        return Dictionary(uniqueKeysWithValues: zip(shuffled.map(\.name), ids.functions))
                    }
                }
                return try await group.reduce(into: [[String: Int64]]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0 == answers[0] })
            #expect(Set(answers[0].values).count == functions.count)
            let lowest = try #require(answers[0].values.min())
            #expect(answers[0].values.max() == lowest + 299, "no id is wasted")
        }
    }
}

extension Catalog {
    /// Upserts functions of the sample tenant seen in one service.
    func upsertFunctions(_ functions: [FunctionSymbol]) async throws -> [Int64] {
        try await self.upsertSymbols(
            tenant: Sample.tenant,
            service: "s",
            functions: functions,
            mappings: [],
            seenAt: 0
        ).functions
    }
}
