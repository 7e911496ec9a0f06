using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>A folder lake full of changes, its objects made and cut as the lake sink does.</summary>
internal static class ChangeLake
{
    private const string TopicId = "be9c400000000000";
    private const int Partitions = 3;
    private const long ObjectBytes = 8_000_000;

    /// <summary>Fills it.</summary>
    /// <param name="folder">A folder that is not there yet.</param>
    /// <param name="changes">How many changes.</param>
    /// <param name="keys">Of how many rows.</param>
    /// <param name="table">One table for all of them; null for visits and billing_payments.</param>
    internal static async Task FillAsync(string folder, long changes, long keys, string? table)
    {
        var lake = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        await LakeFormat.EnsureAsync(lake, CancellationToken.None);
        var messages = new ChangeMessages(keys);
        var drafts = new Dictionary<(string Topic, int Partition), LakeObjectDraft>();
        for (long i = 0; i < changes; i++)
        {
            var (visit, row, key, value) = messages.Next(table);
            var topic = TopicNames.ChangesOf(table ?? (visit ? "visits" : "billing_payments"));
            var partition = (int)(row / 3 % Partitions);
            if (!drafts.TryGetValue((topic, partition), out var draft))
            {
                var life = await StreamEpochs.EnsureAsync(lake, topic, TopicId, Partitions, CancellationToken.None);
                drafts[(topic, partition)] = draft = new LakeObjectDraft(new LakeStream(topic, life.Epoch, partition), 0, lake.Compression);
            }

            draft.Add(new LakeRecord(new LogPosition(topic, partition, draft.Next), 1_772_352_000_500 + (i / 100), key, value, []));
            if (draft.Bytes >= ObjectBytes)
            {
                drafts[(topic, partition)] = await WriteAsync(lake, draft);
            }
        }

        foreach (var draft in drafts.Values)
        {
            (draft.Rows > 0 ? await WriteAsync(lake, draft) : draft).Dispose();
        }
    }

    private static async Task<LakeObjectDraft> WriteAsync(FolderLake lake, LakeObjectDraft draft)
    {
        var (stored, manifest) = draft.Finish();
        await lake.CreateAsync(draft.Name, stored, manifest, CancellationToken.None);
        draft.Dispose();
        return new LakeObjectDraft(draft.Stream, manifest.Next, lake.Compression);
    }
}
