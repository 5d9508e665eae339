// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import RPC
import ServiceKit
import Testing

@Suite struct QueryScopeTests {
    /// The client hangs up: the query ends although nobody has answered.
    @Test func aCancelledQueryEndsWithoutItsAnswers() async throws {
        let setting = Setting([StuckSource(), StuckSource()], timeout: .seconds(600))
        let query = Task {
            await fault { () async throws(QueryError) in
                try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
            }
        }
        await Task.yield()
        let clock = ContinuousClock()
        let start = clock.now
        query.cancel()
        #expect(await query.value == "canceled")
        // Far below the timeout; loaded machines are slow.
        #expect(clock.now - start < .seconds(60))
    }

    @Test func aTenantWithTooManyQueriesIsToldToComeBack() async throws {
        var limits = Setting.limits
        limits.concurrencyMax = 1
        let setting = Setting([], limits: limits)
        let (endpoints, scope) = (setting.endpoints, setting.scope)
        var other = scope
        other.tenant = try TenantID(parsing: "other")
        let error = try await endpoints.counted(scope) { () async throws(QueryError) -> ServiceError? in
            let elsewhere = try? await endpoints.counted(other) { true }  // Nil would be a refusal.
            #expect(elsewhere == true)
            do throws(ServiceError) {
                try await endpoints.counted(scope) {}
                return nil
            } catch { return error }
        }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.retryAfterSeconds == 1)
        #expect(error?.message.contains("max_concurrent_queries") == true)
        // The place is free again.
        #expect(try await endpoints.counted(scope) { 7 } == 7)
    }
}
