using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The change topics as verify sees them.</summary>
public interface IChangeLog
{
    /// <summary>The offset the next record would get, of every partition of every change topic that has one.</summary>
    Task<IReadOnlyList<LogPosition>> EndsAsync(IReadOnlyList<string> topics, CancellationToken cancellation);

    /// <summary>The records of one partition that the topic still has, in order, up to an offset.</summary>
    IAsyncEnumerable<LakeRecord> ReadAsync(LogPosition upTo, CancellationToken cancellation);
}
