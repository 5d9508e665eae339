// SPDX-License-Identifier: Apache-2.0
import Distributor
import Exposition
import ProfileModel
import ServiceKit
import Support
import Testing
import WireAPI

/// Labels on their way in: checks, names, sessions, rules (spec/ingest 7 and 8.7).
@Suite struct LabelRuleTests {
    private static let labels = [("service_name", "app"), ("__name__", "process_cpu")]

    private func push(_ labels: [(String, String)], to door: Door) async -> Answer {
        await door.push(.of([(Self.labels + labels, [("1", [1, 2, 3])])]))
    }

    private func limits(_ settings: (name: String, value: String)...) throws -> TenantLimits {
        try settings.reduce(TenantLimits()) { try $0.setting($1.name, to: $1.value) }
    }

    private func names(_ door: Door) -> [String]? { door.sink.profiles.first?.labels.labels.map(\.name) }

    @Test func everyRefusalNamesLimitAndSize() async {
        let long = String(repeating: "x", count: 3_000)
        let name = await self.push([(long, "v")], to: Door())
        #expect(name.status == 400)
        #expect(name.message.contains("has label name too long: 'xxx"))
        #expect(name.message.hasSuffix("(3000 bytes; limit 1024)"))
        let value = await self.push([("pod", long)], to: Door())
        #expect(value.message.hasSuffix("(3000 bytes; limit 2048)"))
        let many = await self.push((0..<29).map { ("l\($0)", "v") }, to: Door())
        #expect(many.message.hasSuffix("has 31 label names; limit 30"))
        for (labels, text) in [
            ([("", "x")], "with error: invalid label name ''"),
            ([("a", "x"), ("a", "x")], "has duplicate label name: 'a'"),
        ] {
            let answer = await self.push(labels, to: Door())
            #expect(answer.status == 400)
            #expect(answer.message.hasSuffix(text))
        }
        let door = Door()
        let empty = await door.push(.of([([("service_name", ""), ("__name__", "cpu")], [("1", [1])])]))
        #expect(empty.message.hasSuffix("with error: service name is not provided"))
        let unnamed = await door.push(.of([([("service_name", "x")], [("1", [1])])]))
        #expect(unnamed.message.hasSuffix("with error: invalid metric name"))
        let metrics = door.registry.render()
        for reason in ["missing_labels", "invalid_labels"] {
            #expect(
                metrics.contains(
                    "pyroscope_discarded_samples_total{reason=\"\(reason)\",tenant=\"anonymous\"} 1"
                )
            )
        }
    }

    @Test func namesStayAsTheyAreUnlessATenantWantsThemPlain() async throws {
        let asSent = Door()
        #expect(await self.push([("a.b", "x"), ("1é", "y")], to: asSent).status == 200)
        #expect(self.names(asSent) == ["1é", "__name__", "a.b", "service_name"])
        let plain = try self.limits(("disable_label_sanitization", "false"))
        let door = Door(limits: plain)
        #expect(await self.push([("a.b", "x"), ("c..d", "y"), ("a_b", "x")], to: door).status == 200)
        #expect(self.names(door) == ["__name__", "a_b", "c__d", "service_name"])
        let counted = #"pyroscope_sanitized_label_names_total{tenant="anonymous"} 2"#
        #expect(door.registry.render().contains(counted))
        let clash = await self.push([("a.b", "x"), ("a_b", "z")], to: Door(limits: plain))
        #expect(clash.status == 400)
        let text = "has duplicate label name: 'a_b' after label name sanitization from 'a.b'"
        #expect(clash.message.hasSuffix(text))
        for name in ["1a", "é", "a-b", ""] {
            let answer = await self.push([(name, "x")], to: Door(limits: plain))
            #expect(answer.message.hasSuffix("invalid label name '\(name)'"))
        }
    }

    @Test func sessionsAreBroughtBelowTheLimit() async throws {
        let door = Door(limits: try self.limits(("max_sessions_per_series", "3")))
        for id in ["0400000000000000", "0100000000000000", "zz", "040000000000000g"] {
            #expect(await self.push([("__session_id__", id)], to: door).status == 200)
        }
        let sessions = door.sink.profiles.map { $0.labels["__session_id__"] }
        #expect(sessions == ["0100000000000000", "0100000000000000", nil, nil])
        let off = Door()
        #expect(await self.push([("__session_id__", "0400000000000000")], to: off).status == 200)
        #expect(self.names(off)?.contains("__session_id__") == false)
    }

    @Test func defaultRulesNameDeltaProfiles() async {
        let door = Door()
        let labels = [("service_name", "app"), ("__name__", "godeltaprof_memory")]
        #expect(await door.push(.of([(labels, [("1", [1])])])).status == 200)
        #expect(door.sink.profiles.first?.labels["__name__"] == "memory")
        #expect(door.sink.profiles.first?.labels["__name_replaced__"] == "godeltaprof_memory")
        #expect(door.sink.profiles.first?.labels["__delta__"] == nil)
    }

    @Test func rulesRunBeforeLabelsAreChecked() async throws {
        let rules = #"[{"action":"labeldrop","regex":"l.*"},{"target_label":"team","replacement":"core"}]"#
        let door = Door(limits: try self.limits(("ingestion_relabeling_rules", rules)))
        let long = String(repeating: "x", count: 3_000)
        #expect(await self.push((0..<40).map { ("l\($0)", long.prefix(1_000) + "") }, to: door).status == 200)
        #expect(self.names(door) == ["__name__", "service_name", "team"])
        #expect(door.sink.profiles.first?.payload == [1, 2, 3])
    }

    @Test func theTenantsRulesStandWhereItWants() async throws {
        let rule = #"[{"source_labels":["__name__"],"target_label":"seen"}]"#
        for (position, seen) in [("first", "memory"), ("last", "godeltaprof_memory")] {
            let door = Door(
                limits: try self.limits(
                    ("ingestion_relabeling_rules", rule),
                    ("ingestion_relabeling_default_rules_position", position)
                )
            )
            let labels = [("service_name", "app"), ("__name__", "godeltaprof_memory")]
            #expect(await door.push(.of([(labels, [("1", [1])])])).status == 200)
            #expect(door.sink.profiles.first?.labels["seen"] == seen)
            #expect(door.sink.profiles.first?.labels["__name__"] == "memory")
        }
        let off = Door(limits: try self.limits(("ingestion_relabeling_default_rules_position", "disabled")))
        #expect(await off.push(.of([([("__name__", "godeltaprof_memory")], [("1", [1])])])).status == 200)
        #expect(off.sink.profiles.first?.labels["__name__"] == "godeltaprof_memory")
    }

    @Test func whatRulesDropIsSuccessAndCounted() async throws {
        let rule = #"[{"action":"drop","source_labels":["pod"],"regex":"bad"}]"#
        let door = Door(limits: try self.limits(("ingestion_relabeling_rules", rule)))
        #expect(await self.push([("pod", "bad")], to: door).status == 200)
        #expect(await self.push([("pod", "badly")], to: door).status == 200)
        #expect(door.sink.profiles.map { $0.labels["pod"] } == ["badly"])
        let metrics = door.registry.render()
        let counted = #"{reason="dropped_by_relabel_rules",tenant="anonymous"}"#
        #expect(metrics.contains("pyroscope_discarded_samples_total\(counted) 1"))
        #expect(metrics.contains("pyroscope_discarded_bytes_total\(counted) 3"))
    }

    @Test func uploadsOfIngestAreNamedForTheRules() async throws {
        let rule =
            #"[{"source_labels":["__name__"],"regex":"process_(c)pu","target_label":"__name__"}]"#
        let door = Door(limits: try self.limits(("ingestion_relabeling_rules", rule)))
        let profile = TinyPprof(["work", "main"], nanoseconds: 5, timeNanoseconds: Door.now).bytes
        let answer = await door.send("POST", "/ingest?name=app&format=pprof", body: profile)
        #expect(answer.status == 200)
        #expect(door.sink.profiles.first?.labels["__name__"] == "c")
        #expect(door.sink.profiles.first?.payload == profile)
        let plain = Door()
        _ = await plain.send("POST", "/ingest?name=app&format=pprof", body: profile)
        #expect(plain.sink.profiles.first?.labels["__name__"] == nil)
    }
}
