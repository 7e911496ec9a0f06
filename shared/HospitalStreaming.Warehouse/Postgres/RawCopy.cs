using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Appends rows that are written already to a raw table by binary COPY. Unless it is completed, nothing was appended.</summary>
internal sealed class RawCopy : IAsyncDisposable
{
    private readonly NpgsqlRawCopyStream _stream;
    private bool _completed;

    private RawCopy(NpgsqlRawCopyStream stream) => _stream = stream;

    internal static async Task<RawCopy> BeginAsync(
        NpgsqlConnection connection, WarehouseNames names, TableDescription table, CancellationToken cancellation)
    {
        var copy = new RawCopy(await connection.BeginRawBinaryCopyAsync(
            $"COPY {PostgresTables.Raw(names, table)} ({RawRowWriter.ColumnsOf(table)}) FROM STDIN (FORMAT BINARY)", cancellation));
        await copy._stream.WriteAsync(RawRowWriter.Head, cancellation);
        return copy;
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> rows, CancellationToken cancellation) => await _stream.WriteAsync(rows, cancellation);

    internal async Task CompleteAsync(CancellationToken cancellation)
    {
        await _stream.WriteAsync(RawRowWriter.Tail, cancellation);
        _completed = true;
        await _stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_completed)
        {
            _completed = true;

            // Closing a COPY completes it; this one must fail, and so must its transaction.
            await _stream.CancelAsync();
        }
    }
}
