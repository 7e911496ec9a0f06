using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Left of the warehouse there is nothing: verify leaves the topics out.</summary>
internal sealed class NoLog : IChangeLog
{
    public Task<IReadOnlyList<LogPosition>> EndsAsync(IReadOnlyList<string> topics, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<LakeRecord> ReadAsync(LogPosition upTo, CancellationToken cancellation) => throw new NotSupportedException();
}
