using System.Buffers;
using System.Threading.Channels;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// One table's objects to its raw table, on two threads: one reads records and writes their rows into blocks, the other sends blocks to the server. A
/// bounded number of blocks is between them.
/// </summary>
internal sealed class RawReading(ILake lake, SourceEpochs epochs, Batch batch, RefusalRun refusals, bool withKey, long loadId)
{
    private const int BlockBytes = 256 * 1024;
    private const int BlocksAhead = 8;

    private readonly Channel<ArrayBufferWriter<byte>> _full = Channel.CreateBounded<ArrayBufferWriter<byte>>(
        new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });

    private readonly Channel<ArrayBufferWriter<byte>> _sent = Channel.CreateUnbounded<ArrayBufferWriter<byte>>();

    /// <summary>Copies them; returns how many rows there were.</summary>
    /// <exception cref="TableStoppedException">An object is damaged, or rows are refused one after the other. Nothing was appended.</exception>
    internal async Task<long> CopyAsync(RawCopy copy, IReadOnlyList<LakeObject> objects, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Run(() => ReadAsync(objects, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var block in _full.Reader.ReadAllAsync(cancellation))
            {
                await copy.SendAsync(block.WrittenMemory, cancellation);
                block.ResetWrittenCount();
                _sent.Writer.TryWrite(block);
            }

            var rows = await reading;
            await copy.CompleteAsync(cancellation);
            return rows;
        }
        finally
        {
            // What is read goes into the batch: nobody may have that while we still read.
            await ending.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long> ReadAsync(IReadOnlyList<LakeObject> objects, CancellationToken cancellation)
    {
        try
        {
            long rows = 0;
            var block = new ArrayBufferWriter<byte>(BlockBytes);
            foreach (var item in objects)
            {
                var stream = item.Name.Stream;
                using var reader = await OpenAsync(item, cancellation);
                foreach (var line in Records(reader, stream.Topic))
                {
                    var epoch = epochs.Of(stream.Topic, stream.Partition, line.Position.Offset);
                    var record = batch.Add(stream.Epoch, line, epoch);
                    refusals.Note(record);
                    RawRowWriter.Write(block, withKey, stream.Epoch, epoch, loadId, item.Manifest!.SchemaFingerprint, line, record);
                    rows++;
                    if (block.WrittenCount >= BlockBytes)
                    {
                        await _full.Writer.WriteAsync(block, cancellation);
                        block = _sent.Reader.TryRead(out var free) ? free : new ArrayBufferWriter<byte>(BlockBytes);
                    }
                }
            }

            await _full.Writer.WriteAsync(block, cancellation);
            return rows;
        }
        finally
        {
            _full.Writer.Complete();
        }
    }

    private async Task<LakeObjectReader> OpenAsync(LakeObject item, CancellationToken cancellation)
    {
        try
        {
            return await LakeObjectReader.OpenAsync(lake, item, cancellation);
        }
        catch (LakeDamageException failure)
        {
            throw new ObjectDamagedException(item.Name.Stream.Topic, failure.Message, failure);
        }
    }

    private static IEnumerable<Core.Batching.Lines.LakeRecord> Records(LakeObjectReader reader, string topic)
    {
        using var records = reader.Records().GetEnumerator();
        while (true)
        {
            try
            {
                if (!records.MoveNext())
                {
                    yield break;
                }
            }
            catch (LakeDamageException failure)
            {
                throw new ObjectDamagedException(topic, failure.Message, failure);
            }

            yield return records.Current;
        }
    }
}
