using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HospitalStreaming.Hosting.Telemetry;

/// <summary>Exports meters and traces by OTLP when OpenTelemetry's standard variables name an endpoint; otherwise does nothing and costs nothing.</summary>
public sealed class TelemetryExport : IDisposable
{
    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _traces;

    /// <summary>Starts exporting where OTEL_EXPORTER_OTLP_ENDPOINT (or its metrics or traces form) is set.</summary>
    /// <param name="service">service.name of the resource.</param>
    /// <param name="environment">Reads an environment variable.</param>
    public TelemetryExport(string service, Func<string, string?> environment)
    {
        var everywhere = environment("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };
        var resource = ResourceBuilder.CreateDefault().AddService(service, serviceNamespace: "hospital");
        if (everywhere || environment("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") is { Length: > 0 })
        {
            _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter("HospitalStreaming.*", "Npgsql", "System.Runtime").AddOtlpExporter().Build();
        }

        if (everywhere || environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is { Length: > 0 })
        {
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(LineMeters.Name).AddOtlpExporter().Build();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }
}
