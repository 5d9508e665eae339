// SPDX-License-Identifier: Apache-2.0
import EventLog
import ServiceKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceGroupTests {
    private typealias Entry = ServiceGroup<StandingClock>.Entry
    private struct Failure: Error {}

    /// What services did, in order.
    private final class Diary: Sendable {
        private let kept = Mutex<[String]>([])
        var lines: [String] { self.kept.withLock { $0 } }

        func note(_ line: String) { self.kept.withLock { $0.append(line) } }

        func service(_ name: String) -> Entry {
            .init(
                name,
                ClosureService {
                    self.note("start \(name)")
                } run: { stop in
                    await stop.wait()
                    self.note("stop \(name)")
                }
            )
        }
    }

    private static func group(
        _ entries: [Entry],
        clock: StandingClock = StandingClock()
    ) -> ServiceGroup<StandingClock> {
        ServiceGroup(entries, logger: .silent, grace: .seconds(30), clock: clock)
    }

    @Test func startsInOrderAndStopsInReverse() async throws {
        let diary = Diary()
        let stop = StopSignal()
        let last = Entry(
            "last",
            ClosureService {
                diary.note("start last")
                stop.fire()
            }
        )
        try await Self.group([diary.service("a"), diary.service("b"), last]).run(until: stop)
        #expect(diary.lines == ["start a", "start b", "start last", "stop b", "stop a"])
    }

    @Test func stopsEverythingWhenAServiceFails() async {
        let diary = Diary()
        let failing = Entry("failing", ClosureService(run: { _ in throw Failure() }))
        do {
            try await Self.group([diary.service("a"), failing]).run(until: StopSignal())
            Issue.record("no failure")
        } catch {
            guard case .runFailed("failing", let cause) = error as? ServiceGroupError else {
                Issue.record("\(error)")
                return
            }
            #expect(cause is Failure)
        }
        #expect(diary.lines == ["start a", "stop a"])
    }

    @Test func stopsWhatHasStartedWhenALaterServiceCannotStart() async {
        let diary = Diary()
        let failing = Entry("failing", ClosureService(start: { throw Failure() }))
        do {
            try await Self.group([diary.service("a"), failing, diary.service("b")]).run(until: StopSignal())
            Issue.record("no failure")
        } catch {
            guard case .startFailed("failing", _) = error as? ServiceGroupError else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(diary.lines == ["start a", "stop a"])
    }

    @Test func takesAnEarlyEndForAFailure() async {
        let early = Entry("early", ClosureService(run: { _ in }))
        do {
            try await Self.group([early]).run(until: StopSignal())
            Issue.record("no failure")
        } catch {
            guard case .endedEarly("early") = error as? ServiceGroupError else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func cancelsServicesThatDoNotStopInTime() async {
        let clock = StandingClock()
        let diary = Diary()
        let stop = StopSignal()
        let deaf = Entry(
            "deaf",
            ClosureService(run: { signal in
                await signal.wait()
                clock.advance(by: .seconds(31))
                // Deaf to the signal, not to cancellation.
                await StopSignal().wait()
            })
        )
        let trigger = Entry("trigger", ClosureService(start: { stop.fire() }))
        do {
            try await Self.group([diary.service("a"), deaf, trigger], clock: clock).run(until: stop)
            Issue.record("no failure")
        } catch {
            guard case .stopTimedOut(let names) = error as? ServiceGroupError else {
                Issue.record("\(error)")
                return
            }
            #expect(names.contains("deaf"))
        }
        #expect(diary.lines == ["start a", "stop a"])
    }

    @Test func callsBackOnceWhenItFires() {
        let diary = Diary()
        let signal = StopSignal()
        signal.whenFired { diary.note("before") }
        #expect(diary.lines.isEmpty)
        signal.fire()
        signal.fire()
        signal.whenFired { diary.note("after") }
        #expect(diary.lines == ["before", "after"])
    }

    @Test func wakesWaitersOnFireDeadlineAndCancellation() async {
        let signal = StopSignal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await signal.wait() } }
            signal.fire()
        }
        await signal.wait()  // fired already

        let clock = StandingClock()
        let late = StopSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await late.wait(until: .init(offset: .seconds(5)), on: clock) }
            clock.advance(by: .seconds(5))
        }
        #expect(!late.hasFired)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await late.wait() }
            group.cancelAll()
        }
        #expect(!late.hasFired)
    }
}
