// SPDX-License-Identifier: Apache-2.0
internal import LegacyFormats
internal import ProfileModel
internal import RPC

/// Lists of stacks and trees were pushed by an RPC of their own in older servers: what fails after reading
/// has that RPC's status and shape. Speedscope wraps everything into 422.
extension IngestRefusal {
    /// A body that could not be read or taken.
    init(_ fault: LegacyFault, _ format: LegacyFormat) {
        let text = fault.text(format: format.rawValue)
        switch fault {
        case .tooLarge:
            let error = ServiceError(text, as: .profileSizeLimit)
            self.init(format == .speedscope ? .service(error) : .rpc(error), text)
        case _ where !fault.isRefusal: self.init(.unreadable, text)
        case _ where format == .speedscope: self.init(.unreadable, "invalid_argument: \(text)")
        default: self.init(.rpc(ServiceError(.invalidArgument, text)), text)
        }
    }

    /// What became of the profiles on their way in.
    init(_ failure: IntakeFailure, _ format: LegacyFormat) {
        guard format != .speedscope else {
            self.init(speedscope: failure)
            return
        }
        let error = ServiceError(push: failure)
        self.init(.rpc(error), error.message)
    }

    private init(speedscope failure: IntakeFailure) {
        guard case .rejected(let all) = failure, let first = all.first else {
            self.init(failure)
            return
        }
        let error = ServiceError(first.rejection.message, as: first.rejection.reason)
        guard error.code == .invalidArgument else {
            self.init(error)
            return
        }
        let stage = "pyroscopeIngesterAdapter failed to push: push series with index \(first.series) and id"
        self.init(.unreadable, "\(stage) \(first.id) failed: invalid_argument: \(error.message)")
    }
}
