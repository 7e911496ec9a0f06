using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Left of the warehouse there is nothing: verify leaves the source out.</summary>
internal sealed class NoSource : ILineSource
{
    public Task<string?> WaitStreamingAsync(TimeSpan atMost, CancellationToken cancellation) => Task.FromResult<string?>("no source here");

    public Task<SourceSnapshot> ReadAsync(IReadOnlyList<TableDescription> tables, Func<SourceType, string, string?> compared, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<string?> WaitCapturedAsync(Lsn position, TimeSpan atMost, CancellationToken cancellation) => throw new NotSupportedException();
}
