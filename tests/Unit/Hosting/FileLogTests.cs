using System.Text.Json;
using HospitalStreaming.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Hosting;

public sealed class FileLogTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "hospital-log-" + Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Each_entry_is_one_line_of_json_whatever_the_text()
    {
        using (var log = new FileLog(_path, TimeProvider.System))
        {
            log.CreateLogger("room").LogWarning("two\r\nlines {Offset} \u001b[31m", 42);
        }

        var line = File.ReadAllLines(_path).ShouldHaveSingleItem();
        line.ShouldNotContain("\u001b");
        JsonDocument.Parse(line).RootElement.GetProperty("message").GetString().ShouldBe("two\r\nlines 42 \u001b[31m");
    }

    [Fact]
    public void An_exceptions_message_stays_out_because_it_may_quote_a_row()
    {
        using (var log = new FileLog(_path, TimeProvider.System))
        {
            log.CreateLogger("room").LogError(new InvalidOperationException("patient Siti"), "the batch failed");
        }

        File.ReadAllText(_path).ShouldNotContain("Siti");
        File.ReadAllText(_path).ShouldContain("InvalidOperationException");
    }
}
