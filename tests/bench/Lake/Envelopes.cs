using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace HospitalStreaming.Bench.Lake;

/// <summary>Fills a topic with Debezium envelopes of one length.</summary>
internal static class Envelopes
{
    internal const int ValueBytes = 570;
    private const int Partitions = 3;

    internal static async Task FillAsync(string bootstrap, string topic, long records)
    {
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).SetLogHandler((_, _) => { }).Build())
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
        }

        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            LingerMs = 20,
            BatchSize = 500_000,
            QueueBufferingMaxMessages = 200_000,
            QueueBufferingMaxKbytes = 256 * 1024,
            EnableDeliveryReports = false,
        }).SetLogHandler((_, _) => { }).Build();
        for (long i = 0; i < records; i++)
        {
            var message = new Message<byte[], byte[]> { Key = Key(i), Value = Value(i) };
            while (true)
            {
                try
                {
                    producer.Produce(new TopicPartition(topic, (int)(i % Partitions)), message);
                    break;
                }
                catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(20));
                }
            }
        }

        producer.Flush(TimeSpan.FromMinutes(2));
    }

    private static byte[] Key(long number) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"visit_id\":{number}}}"));

    /// <summary>As Debezium 3.3 writes a visit, its notes filled up to the length.</summary>
    private static byte[] Value(long number)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"before\":null,\"after\":{{\"visit_id\":{number},\"patient_id\":{number % 50_000},\"doctor_id\":{number % 200},\"visit_date\":20513,\"diagnosis\":\"J06.9\",\"fee\":\"125.50\",\"updated_at\":\"2026-03-01T12:00:00.123456Z\",\"notes\":\"");
        var tail = string.Create(
            CultureInfo.InvariantCulture,
            $"\"}},\"source\":{{\"version\":\"3.3.1.Final\",\"connector\":\"postgresql\",\"name\":\"postgres-source\",\"ts_ms\":1772366400123,\"snapshot\":\"false\",\"db\":\"hospital\",\"sequence\":\"[null,\\\"{30_000_000 + number}\\\"]\",\"schema\":\"public\",\"table\":\"visits\",\"txId\":{700 + (number / 10)},\"lsn\":{30_000_000 + number},\"xmin\":null}},\"op\":\"c\",\"ts_ms\":1772366400456}}");
        return Encoding.ASCII.GetBytes(head + new string('n', Math.Max(0, ValueBytes - head.Length - tail.Length)) + tail);
    }
}
