using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>Waits for a named condition, with a limit.</summary>
internal static class Wait
{
    public static async Task UntilAsync(string what, Func<bool> condition, int seconds = 20)
    {
        var stop = TestContext.Current.CancellationToken;
        var limit = DateTime.UtcNow.AddSeconds(seconds);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < limit, $"Within {seconds} s it did not happen: {what}.");
            await Task.Delay(20, stop);
        }
    }
}
