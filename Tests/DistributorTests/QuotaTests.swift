// SPDX-License-Identifier: Apache-2.0
import Distributor
import Exposition
import HTTPServer
import ProfileModel
import ServiceKit
import Testing
import WireAPI

/// Quotas, usage groups, sampling and delays (spec/ingest 8.2 to 8.5).
@Suite struct QuotaTests {
    private func push(_ service: String = "app", bytes: [UInt8] = [1, 2, 3], to door: Door) async -> Answer {
        await door.push(.of([([("service_name", service), ("__name__", "process_cpu")], [("1", bytes)])]))
    }

    private func limits(_ settings: (name: String, value: String)...) throws -> TenantLimits {
        try settings.reduce(TenantLimits()) { try $0.setting($1.name, to: $1.value) }
    }

    @Test func aProfileAboveTheBurstIsToldThatWaitingDoesNotHelp() async throws {
        let door = Door(limits: try self.limits(("ingestion_rate_mb", "1"), ("ingestion_burst_size_mb", "1")))
        let answer = await self.push(bytes: [UInt8](repeating: 1, count: 2 << 20), to: door)
        #expect(answer.status == 429)
        #expect(
            answer.message == "push rate limit (1.0 MiB) exceeded while adding 2.0 MiB, "
                + "more than ingestion_burst_size_mb (1.0 MiB) lets pass at once"
        )
        #expect(answer.headers["Retry-After"] == nil)
    }

    @Test func theWaitIsAMinuteAtMost() async throws {
        let door = Door(
            limits: try self.limits(("ingestion_rate_mb", "0.00001"), ("ingestion_burst_size_mb", "1"))
        )
        let big = [UInt8](repeating: 1, count: 1_000_000)
        #expect(await self.push(bytes: big, to: door).status == 200)
        let answer = await self.push("again", bytes: big, to: door)
        #expect(answer.status == 429)
        let seconds = try #require(answer.headers["Retry-After"].flatMap { Int($0) })
        #expect((60...62).contains(seconds))
    }

    @Test func aUsedUpQuotaRefusesButForTheSample() async throws {
        let quota = """
            {period_type: hour, period_limit_mb: 128, limit_reset_time: 1795525200, limit_reached: true,
             sampling: {num_requests: 1, period: 1h}}
            """
        let door = Door(limits: try self.limits(("ingestion_limit", quota)))
        #expect(await self.push(to: door).status == 200)
        let answer = await self.push(to: door)
        #expect(answer.status == 429)
        #expect(answer.message == "limit of 128 MiB/hour reached, next reset at 2026-11-24T13:00:00Z")
        let seconds = try #require(answer.headers["Retry-After"].flatMap { Int($0) })
        #expect((1...60).contains(seconds))
        #expect(door.sink.profiles.count == 1)
        let ingest = await door.send("POST", "/ingest?name=app&format=pprof", body: [1, 2, 3])
        #expect(ingest.status == 429)
        let counted =
            #"pyroscope_discarded_samples_total{reason="ingest_limit_reached",tenant="anonymous"} 2"#
        #expect(door.registry.render().contains(counted))
    }

    @Test func aUsedUpQuotaOfAGroupRefusesItsSeriesOnly() async throws {
        let door = Door(
            limits: try self.limits(
                ("distributor_usage_groups", #"{"svc/${labels.service_name}": '{service_name=~"web.*"}'}"#),
                (
                    "ingestion_limit",
                    "{period_type: day, usage_groups: {svc/web-1: {period_limit_mb: 5, limit_reached: true}}}"
                )
            )
        )
        #expect(await self.push("db", to: door).status == 200)
        #expect(await self.push("web-2", to: door).status == 200)
        let answer = await self.push("web-1", to: door)
        #expect(answer.status == 429)
        #expect(
            answer.message.hasPrefix("limit of 5.0 MiB/day reached for usage group svc/web-1, next reset")
        )
        #expect(answer.headers["Retry-After"] != nil)
        let metrics = door.registry.render()
        let name = "pyroscope_usage_group_received_decompressed_total"
        for group in ["other", "svc/web-1", "svc/web-2"] {
            let labels = #"{tenant="anonymous",type="process_cpu",usage_group="\#(group)"}"#
            #expect(metrics.contains("\(name)\(labels) 3"))
        }
        let labels = #"{reason="ingest_limit_reached",tenant="anonymous",usage_group="svc/web-1"}"#
        #expect(metrics.contains("pyroscope_usage_group_discarded_bytes_total\(labels) 3"))
    }

    @Test func theLowestProbabilityOfAProfilesGroupsCounts() async throws {
        let door = Door(
            limits: try self.limits(
                ("distributor_usage_groups", #"{web: '{service_name=~"web.*"}', all: '{}'}"#),
                ("distributor_sampling", "{usage_groups: {web: {probability: 0}, all: {probability: 1}}}")
            )
        )
        #expect(await self.push("web-1", to: door).status == 200)
        #expect(await self.push("db", to: door).status == 200)
        #expect(door.sink.profiles.map { $0.labels["service_name"] } == ["db"])
        let metrics = door.registry.render()
        let labels = #"{reason="dropped_by_sampling_rules",tenant="anonymous"}"#
        #expect(metrics.contains("pyroscope_discarded_samples_total\(labels) 1"))
        let name = "pyroscope_distributor_received_decompressed_bytes_total_count"
        #expect(metrics.contains(name + #"{stage="received",tenant="anonymous"} 2"#))
        #expect(metrics.contains(name + #"{stage="sampled",tenant="anonymous"} 1"#))
    }

    @Test func aTenantHoldsOnlySoManyPlaces() async throws {
        let gate = PushGate()
        let limits = try self.limits(("max_inflight_pushes", "1"))
        let door = Door(RecordingProfiles(before: { await gate.pass() }), limits: limits)
        async let first = self.push(to: door)
        await gate.waitForArrival()
        let second = await self.push(to: door)
        #expect(second.status == 429)
        #expect(second.message == "the tenant has 1 writes under way, the limit of max_inflight_pushes")
        #expect(second.headers["Retry-After"] != nil)
        await gate.open()
        #expect(await first.status == 200)
        #expect(await self.push(to: door).status == 200)
    }

    @Test func successIsDelayedAndFailureIsNot() async throws {
        let door = Door(limits: try self.limits(("ingestion_artificial_delay", "50ms")))
        let clock = ContinuousClock()
        let start = clock.now
        let answer = await self.push(to: door)
        #expect(clock.now - start >= .milliseconds(45))
        #expect(answer.status == 200)
        let timing = try #require(answer.headers["Server-Timing"])
        #expect(timing.hasPrefix("artificial_delay;dur="))
        let ingest = await door.send("POST", "/ingest?name=app&format=pprof", body: [1, 2, 3])
        #expect(ingest.headers["Server-Timing"] != nil)
        let refused = await door.push(.of([]))
        #expect(refused.status == 400)
        #expect(refused.headers["Server-Timing"] == nil)
    }

    @Test func hostileNamesDoNotGrowTheMetrics() async {
        let door = Door()
        for index in 0..<200 {
            let labels = [
                ("service_name", "a"), ("__name__", "type-\(index)"), ("otel.scope.name", "s\(index)"),
            ]
            _ = await door.push(.of([(labels, [("1", [1])])]))
        }
        let metrics = door.registry.render()
        let name = "pyroscope_distributor_profiles_received_total"
        #expect(metrics.contains(name + #"{scope_name="other",scope_version="",tenant="anonymous"} 137"#))
        #expect(metrics.contains(#"received_compressed_bytes_count{tenant="anonymous",type="other"} 136"#))
    }
}

/// Lets a push wait inside the sink until a test opens it.
actor PushGate {
    private var isOpen = false
    private var hasArrived = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watching: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        self.hasArrived = true
        for one in self.watching { one.resume() }
        self.watching = []
        guard !self.isOpen else { return }
        await withCheckedContinuation { self.waiting.append($0) }
    }

    func waitForArrival() async {
        guard !self.hasArrived else { return }
        await withCheckedContinuation { self.watching.append($0) }
    }

    func open() {
        self.isOpen = true
        for one in self.waiting { one.resume() }
        self.waiting = []
    }
}
