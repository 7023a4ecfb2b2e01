package org.lazaruspit.examples.pit.control;

import java.util.ArrayList;
import java.util.List;

/** Routes of the control interface. */
public final class Routes {

  private Routes() {}

  public static List<Route> of(CurrentPit current, Route... others) {
    List<Route> routes = new ArrayList<>();
    routes.add(
        Route.open("/livez", request -> Response.of(200, "text/plain", new byte[] {'o', 'k'})));
    routes.add(Route.get("/api/status", request -> Response.json(StatusJson.of(current))));
    routes.add(
        Route.get(
            "/api/revivals/{id}",
            request ->
                Response.json(
                    RevivalJson.withSteps(current.work().pit().engine(), request.variable("id")))));
    routes.addAll(OrderRoutes.of(current));
    routes.addAll(List.of(others));
    return routes;
  }
}
