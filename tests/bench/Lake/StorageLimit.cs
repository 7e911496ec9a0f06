using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using HospitalStreaming.Bench.Measuring;

namespace HospitalStreaming.Bench.Lake;

/// <summary>
/// What the Cloud Storage stand-in takes at most: objects that a run has left are put again from memory by bare multipart requests, as many at once
/// as there were partitions, with no Kafka beside them. The stand-in writes and syncs one object at a time, so no client comes beyond this.
/// </summary>
internal sealed class StorageLimit(string address, string folder) : IDisposable
{
    private const int AtOnce = 3;
    private const int Rounds = 4;
    private const int MostObjects = 18;
    private readonly HttpClient _client = new();

    /// <summary>Records a second.</summary>
    internal async Task<double> MeasureAsync()
    {
        var objects = new DirectoryInfo(folder).EnumerateFiles("*.json*", SearchOption.AllDirectories)
            .Where(file => file.Name[0] != '.').OrderByDescending(file => file.Length).Take(MostObjects).ToList();
        var bytes = objects.Select(file => File.ReadAllBytes(file.FullName)).ToList();
        var records = objects.Sum(file => ObjectCounter.LinesOf(file.FullName));
        await PutAllAsync(bytes, 0);
        var began = Stopwatch.GetTimestamp();
        for (var round = 1; round <= Rounds; round++)
        {
            await PutAllAsync(bytes, round);
        }

        return records * Rounds / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose() => _client.Dispose();

    private Task PutAllAsync(List<byte[]> objects, int round) => Parallel.ForEachAsync(
        Enumerable.Range(0, objects.Count),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (i, cancellation) =>
        {
            using var description = new StringContent(string.Create(CultureInfo.InvariantCulture, $$"""{"name":"limit/{{round}}-{{i}}.json"}"""));
            description.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var content = new ByteArrayContent(objects[i]);
            using var both = new MultipartContent("related") { description, content };
            using var answer = await _client.PostAsync(new Uri($"{address}/upload/storage/v1/b/{Lab.Bucket}/o?uploadType=multipart&ifGenerationMatch=0"), both, cancellation);
            answer.EnsureSuccessStatusCode();
        });
}
