using HospitalStreaming.Capture;
using HospitalStreaming.Dashboard.Settings;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink;
using HospitalStreaming.Landing;
using HospitalStreaming.Postgres;
using HospitalStreaming.Producer;
using HospitalStreaming.Transform;
using HospitalStreaming.Warehouse;
using HospitalStreaming.WarehouseSink;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>Every configuration section of the product, so that a mistyped key is named instead of ignored.</summary>
public static class KnownSections
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownSection> All { get; } =
    [
        new(LineSettings.Section, typeof(LineSettings)),
        new(HealthOptions.Section, typeof(HealthOptions)),
        new("Kafka", typeof(KafkaOptions)),
        new("Postgres", typeof(PostgresOptions)),
        new("Lake", typeof(LakeOptions)),
        new("Warehouse", typeof(WarehouseOptions)),
        new("Producer", typeof(ProducerOptions)),
        new("Landing", typeof(LandingOptions)),
        new("Capture", typeof(CaptureOptions)),
        new("LakeSink", typeof(LakeSinkOptions)),
        new("WarehouseSink", typeof(WarehouseSinkOptions)),
        new("Transform", typeof(TransformOptions)),
        new("Dashboard", typeof(DashboardOptions)),
    ];
}
