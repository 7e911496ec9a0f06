using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Browsing;

/// <summary>A look into a lake for its operator; nothing is written.</summary>
public static class LakeBrowser
{
    /// <summary>The chosen objects: topics in ordinal order, their lives as they came, partitions, and each chain in log order. Damaged objects are among them.</summary>
    /// <exception cref="LakeException">The lake cannot be read.</exception>
    public static async IAsyncEnumerable<LakeObject> ObjectsAsync(ILake lake, LakeSelection selection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var stream in await StreamsAsync(lake, selection, cancellation))
        {
            var objects = new List<LakeObject>();
            foreach (var day in (await lake.DaysAsync(stream.Topic, cancellation)).Where(day => selection.Day is not { } only || only == day))
            {
                await foreach (var found in lake.ListAsync(stream, day, 0, cancellation))
                {
                    if (Holds(found, selection))
                    {
                        objects.Add(found);
                    }
                }
            }

            objects.Sort(static (left, right) => left.Name.CompareTo(right.Name));
            foreach (var found in objects)
            {
                yield return found;
            }
        }
    }

    /// <summary>The chains of a selection, in order.</summary>
    /// <exception cref="LakeException">The lake cannot be read.</exception>
    public static async Task<IReadOnlyList<LakeStream>> StreamsAsync(ILake lake, LakeSelection selection, CancellationToken cancellation)
    {
        var streams = new List<LakeStream>();
        foreach (var topic in selection.Topic is { } only ? [only] : await StreamEpochs.TopicsAsync(lake, cancellation))
        {
            foreach (var life in (await StreamEpochs.ReadAsync(lake, topic, cancellation)).Where(life => selection.Epoch is not { } epoch || epoch == life.Epoch))
            {
                streams.AddRange(Enumerable.Range(0, life.Partitions).Where(partition => selection.Partition is not { } one || one == partition)
                    .Select(partition => new LakeStream(topic, life.Epoch, partition)));
            }
        }

        return streams;
    }

    /// <summary>An object's lines without their line feeds, after its bytes were proved; of lines that hold whole records, those of the chosen offsets.</summary>
    /// <exception cref="LakeDamageException">The object is not what its manifest says.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(
        ILake lake, LakeObject found, LakeSelection selection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = await LakeObjectReader.OpenAsync(lake, found, cancellation);
        var whole = found.Name.StartOffset >= selection.From && !(found.Manifest!.Next > selection.Until);
        foreach (var line in reader.Lines())
        {
            if (whole || !lake.Shape.Lines.IsWhole || IsChosen(OffsetOf(found, line), selection))
            {
                yield return line;
            }
        }
    }

    private static bool IsChosen(long offset, LakeSelection selection) => offset >= selection.From && !(offset >= selection.Until);

    private static long OffsetOf(LakeObject found, ReadOnlyMemory<byte> line)
    {
        try
        {
            return LakeLineReader.Read(line).Position.Offset;
        }
        catch (FormatException failure)
        {
            throw new LakeDamageException($"{found.Name}: {failure.Message}", failure);
        }
    }

    private static bool Holds(LakeObject found, LakeSelection selection) =>
        !(found.Name.StartOffset >= selection.Until) && !(found.Manifest is { } manifest && manifest.Next <= selection.From);
}
