// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ServiceKit

/// Makes successful writes of a tenant take longer, as far as its limits ask for it (spec/ingest 8.5).
struct ArtificialDelay: Sendable {
    let limits: TenantLimitsTable
    let tenancy: Tenancy

    /// Waits until the tenant's delay, give or take a tenth, has passed since `start`, and says so in the
    /// answer.
    ///
    /// What failed is answered at once. A client that goes away ends the wait.
    func apply(
        to response: HTTPResponse,
        of request: HTTPRequest,
        since start: ContinuousClock.Instant
    ) async -> HTTPResponse {
        let delay = self.delay(of: request)
        guard delay > .zero, (200..<300).contains(response.status) else { return response }
        let wanted = delay * Double.random(in: 0.9...1.1)
        let deadline = start.advanced(by: wanted)
        guard ContinuousClock.now < deadline else { return response }
        // Cancelled: nobody waits for the answer any more.
        try? await ContinuousClock().sleep(until: deadline)
        var response = response
        let milliseconds = Int64(wanted / .milliseconds(1))
        response.headers.set("Server-Timing", "artificial_delay;dur=\(milliseconds)")
        return response
    }

    private func delay(of request: HTTPRequest) -> Duration {
        do throws(TenancyError) {
            return self.limits.limits(of: try self.tenancy.tenant(of: request.headers)).artificialDelay
        } catch {
            return .zero
        }
    }

    /// A route whose answers are delayed.
    func delaying(_ route: Route) -> Route {
        route.answering { handler in
            { request in
                let start = ContinuousClock.now
                return await self.apply(to: await handler(request), of: request, since: start)
            }
        }
    }
}
