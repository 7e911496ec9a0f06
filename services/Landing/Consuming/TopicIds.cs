using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Hosting;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>Which life each topic is in, by the broker's topic ids. Brokers without ids (old Redpanda) have one life for all.</summary>
internal sealed class TopicIds(KafkaClients clients) : IDisposable
{
    private static readonly DescribeTopicsOptions Limit = new() { RequestTimeout = TimeSpan.FromSeconds(10) };
    private readonly AdminConnection _admin = new(() => clients.Admin(RoleNames.Landing));

    /// <summary>The ids of topics.</summary>
    /// <exception cref="KafkaException">The broker did not answer, or a topic is missing.</exception>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(IEnumerable<string> topics, CancellationToken cancellation)
    {
        var answer = await _admin.Ask(admin => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics.Distinct()), Limit)).WaitAsync(cancellation);
        return answer.TopicDescriptions.ToDictionary(
            topic => topic.Name,
            topic => string.Create(CultureInfo.InvariantCulture, $"{topic.TopicId?.MostSignificantBits ?? 0:x16}{topic.TopicId?.LeastSignificantBits ?? 0:x16}"),
            StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _admin.Dispose();
}
