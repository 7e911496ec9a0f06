using System.Diagnostics.Metrics;
using HospitalStreaming.Hosting.Telemetry;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Hosting;

public sealed class LineMetersTests
{
    [Fact]
    public void The_exported_instruments_and_the_totals_status_reads_agree()
    {
        using var meters = new LineMeters();
        long exported = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == LineMeters.Name && instrument.Name == "hospital.records.written")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.Contains(new KeyValuePair<string, object?>("role", "meter-test")))
            {
                exported += value;
            }
        });
        listener.Start();

        meters.Written("meter-test", "visits", 3, TimeSpan.FromMilliseconds(5));
        meters.Written("meter-test", "visits", 4, TimeSpan.FromMilliseconds(5));

        meters.Roles["meter-test"].Written.ShouldBe(7);
        exported.ShouldBe(7);
    }
}
