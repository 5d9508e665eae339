// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ProfileModel
internal import RPC
internal import WireAPI

/// Two uploaded files, one over the other.
extension SideEndpoints {
    func diff(
        _ request: AdHocProfilesV1.DiffRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> AdHocProfilesV1.DiffResponse {
        let nodeCountMax = try self.nodeCount(request.maxNodes, tenant)
        guard let left = try await self.file(request.leftID, tenant) else {
            throw ServiceError(.notFound, "left profile \(request.leftID) not found")
        }
        guard let right = try await self.file(request.rightID, tenant) else {
            throw ServiceError(.notFound, "right profile \(request.rightID) not found")
        }
        let limits = self.profileLimits(tenant)
        return try await Self.compared(left, right, limits, request.profileType, nodeCountMax)
    }

    /// By the type `wanted` if both have it, else by the first of the left one that the right one has.
    @concurrent
    private static func compared(
        _ left: DocumentRecord,
        _ right: DocumentRecord,
        _ limits: ProfileLimits,
        _ wanted: String?,
        _ nodeCountMax: Int
    ) async throws(ServiceError) -> AdHocProfilesV1.DiffResponse {
        do {
            let files = [left, right].map { document in
                AdHocFile(name: Self.fileName(ofID: document.name), bytes: document.body, limits: limits)
            }
            var views = [try files[0].view(wanted), try files[1].view(wanted)]
            let others = Set(views[1].types)
            let shared = views[0].types.filter { others.contains($0) }
            guard let first = shared.first else {
                let types = views.map { LabelValidation.clipped($0.types.joined(separator: " ")) }
                let text = "between left ([\(types[0])]) and right ([\(types[1])])"
                throw ServiceError(.invalidArgument, "no common profile types \(text)")
            }
            let type = wanted.flatMap { shared.contains($0) ? $0 : nil } ?? first
            for side in 0..<2 where views[side].type != type { views[side] = try files[side].view(type) }
            var answer = AdHocProfilesV1.DiffResponse()
            answer.profileTypes = shared
            let document = try AdHocDocument(left: views[0], right: views[1], nodeCountMax: nodeCountMax)
            answer.flamebearerProfile = document.json
            return answer
        } catch let fault as AdHocFault {
            throw Self.unparsable(fault)
        } catch let error as ServiceError {
            throw error
        } catch { throw .internal(error) }
    }
}
