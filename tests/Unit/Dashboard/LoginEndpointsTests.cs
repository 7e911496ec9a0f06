using HospitalStreaming.Dashboard.Login;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class LoginEndpointsTests
{
    [Theory]
    [InlineData("/doctors/7?period=3m", "/doctors/7?period=3m")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    [InlineData("/login", "/")]
    public void Goes_on_to_places_of_ours_only(string? next, string expected) => LoginEndpoints.Local(next).ShouldBe(expected);
}
